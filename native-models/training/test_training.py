"""Tests of the training code: `python3 -m unittest` in this folder. Takes about a minute."""

from __future__ import annotations

import tempfile
import unittest
from pathlib import Path

import numpy as np
import torch
from PIL import Image

import blur_data
from onnx_module import (
    DEFAULT_NODE,
    OnnxModule,
    correlation,
    export_graph,
    fill,
    largest_difference,
    reference_outputs,
    transposed_conv,
    warp,
)
from safetensors_file import read_safetensors, write_safetensors
from train import Config, flat_views, initialise, psnr, train


def photograph(rng: np.random.Generator, side: int) -> Image.Image:
    """A smooth, textured stand-in for a photograph."""
    coarse = rng.integers(0, 256, (side // 12, side // 12, 3), dtype=np.uint8)
    return Image.fromarray(coarse).resize((side, side), Image.Resampling.BICUBIC)


class TemporaryFolder(unittest.TestCase):
    def setUp(self) -> None:
        holder = tempfile.TemporaryDirectory()
        self.addCleanup(holder.cleanup)
        self.folder = Path(holder.name)

    def photos(self, count: int = 3) -> blur_data.PhotoLibrary:
        rng = np.random.default_rng(1)
        (self.folder / "photos").mkdir()
        for i in range(count):
            photograph(rng, 480).save(self.folder / "photos" / f"{i}.png")
        return blur_data.PhotoLibrary(self.folder / "photos")


class Light(unittest.TestCase):
    def test_an_exposure_averages_light_not_pixel_values(self) -> None:
        black_and_white = torch.tensor([0.0, 1.0]).view(2, 1, 1, 1)
        exposed = float(blur_data.expose(blur_data.srgb_to_linear(black_and_white)))
        # Half the light is 188 of 255, as every textbook on sRGB has it; half the pixel value would be 128.
        self.assertEqual(round(exposed * 255), 188)

    def test_the_curve_is_undone_exactly(self) -> None:
        values = torch.linspace(0, 1, 256)
        back = blur_data.linear_to_srgb(blur_data.srgb_to_linear(values))
        self.assertLess(float((back - values).abs().max()), 1e-5)

    def test_light_beyond_white_is_clipped(self) -> None:
        self.assertAlmostEqual(float(blur_data.expose(torch.full((2, 1, 1, 1), 3.0))), 1.0, places=6)


class Motion(TemporaryFolder):
    def test_flow_leads_from_the_middle_frame_to_its_neighbour(self) -> None:
        rng = np.random.default_rng(3)
        size = 96
        scene = blur_data.soften(self.photos().scene(rng, 320, 0.0), 1.0)
        path = blur_data.random_path(rng, 6.0, size)
        frames = blur_data.look(scene, path, np.array([0.0, 1.0]), size)
        flow = torch.from_numpy(blur_data.flow_between(path, 0.0, 1.0, size))[None]
        warped = warp(frames[1:], flow, align_corners=True, padding="border")
        inner = (slice(None), slice(None), slice(16, -16), slice(16, -16))
        error = (warped - frames[:1])[inner].abs().mean()
        unaligned = (frames[1:] - frames[:1])[inner].abs().mean()
        self.assertLess(float(error), 0.05 * float(unaligned))

    def test_a_path_has_the_speed_asked_for(self) -> None:
        path = blur_data.random_path(np.random.default_rng(5), 7.0, 128)
        length = blur_data.path_length(path, np.linspace(-2.5, 2.5, 51), 128)
        self.assertAlmostEqual(length / 5, 7.0, delta=0.7)

    def test_clips_come_from_their_seed_alone(self) -> None:
        photos = self.photos()
        first, second = (blur_data.random_clip(np.random.default_rng(9), photos, 64) for _ in range(2))
        np.testing.assert_array_equal(first.blurry, second.blurry)
        np.testing.assert_array_equal(first.flow, second.flow)


class Operators(TemporaryFolder):
    def test_correlation_and_its_gradient_agree_with_the_plain_sum(self) -> None:
        torch.manual_seed(1)
        first, second = (torch.randn(2, 3, 6, 7, dtype=torch.float64, requires_grad=True) for _ in range(2))
        padded = torch.nn.functional.pad(second, [4] * 4)
        plain = torch.stack(
            [
                (first * padded[:, :, dy : dy + 6, dx : dx + 7]).mean(1)
                for dy in range(9)
                for dx in range(9)
            ],
            1,
        )
        weights = torch.randn_like(plain)
        ours = correlation(first, second, 4)
        torch.testing.assert_close(ours, plain)
        for mine, theirs in zip(
            torch.autograd.grad((ours * weights).sum(), (first, second)),
            torch.autograd.grad((plain * weights).sum(), (first, second)),
        ):
            torch.testing.assert_close(mine, theirs)

    def test_the_transposed_convolution_is_the_framework_s(self) -> None:
        torch.manual_seed(1)
        for kernel, spare in ((3, 1), (4, 0)):
            x, weight, bias = torch.randn(2, 5, 6, 7), torch.randn(5, 4, kernel, kernel), torch.randn(4)
            theirs = torch.nn.functional.conv_transpose2d(x, weight, bias, 2, 1, spare)
            torch.testing.assert_close(transposed_conv(x, weight, bias, kernel), theirs, atol=1e-5, rtol=1e-5)

    def test_the_graph_gives_what_onnx_runtime_gives(self) -> None:
        file = export_graph(self.folder, "lite", 2, 64, 72)
        module = OnnxModule(file)
        fill(module.parameters, 1)
        torch.manual_seed(2)
        inputs = {name: torch.rand(2, 3, 64, 72) for name in module.input_names}
        with torch.no_grad():
            ours = module(**inputs)
        theirs = reference_outputs(file, module.parameters, inputs, DEFAULT_NODE)
        self.assertLess(largest_difference(module.output_names, ours, theirs), 1e-3)


class Training(TemporaryFolder):
    def test_training_starts_at_the_identity(self) -> None:
        module = OnnxModule(export_graph(self.folder, "lite", 1, 64, 64))
        initialise({n: v.detach() for n, v in module.parameters.items()}, 1)
        torch.manual_seed(3)
        frames = {name: torch.rand(1, 3, 64, 64) for name in module.input_names}
        with torch.no_grad():
            restored = module(**frames)["restored"]
        self.assertGreater(float(psnr(restored, frames["middle"])), 60)

    def test_flat_parameters_are_views_in_channels_last_order(self) -> None:
        flat = torch.arange(2 * 3 * 9 + 2, dtype=torch.float32)
        views = flat_views(flat, {"weight": (2, 3, 3, 3), "bias": (2,)})
        self.assertTrue(views["weight"].is_contiguous(memory_format=torch.channels_last))
        views["bias"][1] = -1
        self.assertEqual(float(flat[-1]), -1)

    def test_a_resumed_run_takes_the_same_next_step(self) -> None:
        pool = self.folder / "pool"
        blur_data.make_pool(self.photos(), pool, range(1), 2, 80, 1)

        def run(out: str, steps: int, schedule: int) -> dict[str, torch.Tensor]:
            # The schedule's length sets the learning rate, so the interrupted run is stopped, not shortened.
            config = Config(crop=64, batch=1, processes=1, steps=schedule, two_stages_from=2.0)
            folder = self.folder / "runs" / out
            if steps < schedule:
                config.stop_after = steps
            train(config, pool, folder)
            return torch.load(folder / "checkpoint.pt")["weights"]

        whole = run("whole", 4, 4)
        run("broken", 2, 4)
        resumed = run("broken", 4, 4)
        for name, value in whole.items():
            self.assertTrue(torch.equal(value, resumed[name]), name)


class Files(TemporaryFolder):
    def test_safetensors_survive_the_round_trip(self) -> None:
        tensors = {"a.weight": np.arange(6, dtype=np.float32).reshape(2, 3), "b": np.ones(1, np.float16)}
        write_safetensors(self.folder / "w.safetensors", tensors, {"network": "cdvd-tsp"})
        back, metadata = read_safetensors(self.folder / "w.safetensors")
        self.assertEqual(metadata, {"network": "cdvd-tsp"})
        for name, value in tensors.items():
            np.testing.assert_array_equal(back[name], value)


if __name__ == "__main__":
    unittest.main()
