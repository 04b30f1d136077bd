"""PSNR of weights on validation clips, clip by clip, beside an unsharp mask.

    python3 evaluate.py --clips runs/validation --weights runs/lite/checkpoint.pt --stages 2

Clip ends are the application's: the published border option, f[0:2] + f + f[-2:] for two stages. Blurred and sharp clips are reported apart: the mean over both says little,
since a sharp clip has everything to lose.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
from pathlib import Path

from train import MEMORY

if __name__ == "__main__" and any(os.environ.get(k) != v for k, v in MEMORY.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MEMORY})

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.nn.functional as functional  # noqa: E402
from torch import Tensor  # noqa: E402

from onnx_module import OnnxModule, Parameters, export_graph  # noqa: E402
from safetensors_file import read_safetensors  # noqa: E402
from train import psnr  # noqa: E402

SHARP = 42.0
"""A clip whose input is at least this close to the truth (dB) counts as sharp."""


class Deblurrer:
    """Runs 1 to 3 stages over clips of one size, one frame at a time."""

    def __init__(
        self, parameters: Parameters, size: str, graphs: Path, height: int, width: int, bfloat16: bool
    ) -> None:
        multiple = 8
        self.pad = (-height % multiple, -width % multiple)
        file = export_graph(graphs, size, 1, height + self.pad[0], width + self.pad[1])
        # Weights whose flow is zero everywhere need no flow network to be evaluated.
        self.still = not any(bool(parameters[n].any()) for n in parameters if n.startswith("flow_net."))
        given = ("flow_previous", "flow_next") if self.still else ()
        self.module = OnnxModule(file, parameters, given, ("restored",))
        self.bfloat16 = bfloat16

    def stage(self, frames: Tensor) -> Tensor:
        """(N, 3, H, W) to (N - 2, 3, H, W)."""
        padded = functional.pad(frames, [0, self.pad[1], 0, self.pad[0]], mode="reflect")
        outputs = []
        zero = torch.zeros(1, 2, *padded.shape[2:])
        flows = {"flow_previous": zero, "flow_next": zero} if self.still else {}
        with torch.no_grad(), torch.autocast("cpu", torch.bfloat16, enabled=self.bfloat16):
            for i in range(1, len(frames) - 1):
                previous, middle, following = (padded[k : k + 1] for k in (i - 1, i, i + 1))
                result = self.module(previous=previous, middle=middle, next=following, **flows)
                outputs.append(result["restored"].float())
        return torch.cat(outputs)[..., : frames.shape[-2], : frames.shape[-1]]

    def clip(self, frames: Tensor, stages: int) -> Tensor:
        """All frames of a clip (N, 3, H, W) in [0, 1], restored."""
        head, tail = frames[[1, 0, 1][3 - stages :]], frames[[-2, -1, -2][:stages]]
        x = torch.cat([head, frames, tail])
        for _ in range(stages):
            x = self.stage(x)
        return x.clamp(0, 1)


def unsharp_mask(frames: Tensor, sigma: float = 1.0, amount: float = 0.5) -> Tensor:
    """The classical sharpening: adds `amount` of the difference from a Gaussian blur."""
    radius = int(np.ceil(3 * sigma))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / sigma) ** 2)
    taps = taps / taps.sum()
    x = functional.pad(frames.reshape(-1, 1, *frames.shape[-2:]), [radius] * 4, mode="reflect")
    x = functional.conv2d(functional.conv2d(x, taps.view(1, 1, 1, -1)), taps.view(1, 1, -1, 1))
    return (frames + amount * (frames - x.view_as(frames))).clamp(0, 1)


def load_weights(file: Path) -> Parameters:
    """Running-mean weights of a checkpoint, or the tensors of a .safetensors file."""
    if file.suffix == ".safetensors":
        tensors = {n: torch.from_numpy(v.copy()) for n, v in read_safetensors(file)[0].items()}
    else:
        tensors = torch.load(file)["mean"]
    return {
        n: v.float().contiguous(memory_format=torch.channels_last) if v.dim() == 4 else v.float()
        for n, v in tensors.items()
    }


def evaluate(
    parameters: Parameters, size: str, clips: Path, graphs: Path, stages: int, frames: int, bfloat16: bool
) -> list[dict[str, float | str]]:
    """One row per clip: input, output and unsharp-mask PSNR (mean over frames, dB)."""
    rows: list[dict[str, float | str]] = []
    for file in sorted(clips.glob("*.npz")):
        with np.load(file) as data:
            blurry, sharp = (torch.from_numpy(data[k]).float() / 255 for k in ("blurry", "sharp"))
        if frames:
            first = max(0, len(blurry) // 2 - frames // 2)
            low, high = max(0, first - stages), min(len(blurry), first + frames + stages)
        else:
            first, low, high = 0, 0, len(blurry)
        part = blurry[low:high]
        deblurrer = Deblurrer(parameters, size, graphs, *part.shape[-2:], bfloat16)
        restored = deblurrer.clip(part, stages)
        inner = slice(first - low, first - low + frames) if frames else slice(None)
        truth = sharp[low:high][inner]
        before = psnr(part[inner], truth).clamp(max=60)
        after = psnr((restored[inner] * 255).round() / 255, truth).clamp(max=60)
        row: dict[str, float | str] = {
            "clip": file.stem,
            "input": float(before.mean()),
            "output": float(after.mean()),
            "unsharp": float(psnr(unsharp_mask(part[inner]), truth).mean()),
            "worst": float((after - before).min()),
        }
        row["gain"] = float(row["output"]) - float(row["input"])
        rows.append(row)
    return rows


def report(rows: list[dict[str, float | str]]) -> dict[str, float]:
    """Prints the rows and gives the means."""

    def number(row: dict[str, float | str], key: str) -> float:
        return float(row[key])

    for row in rows:
        cells = [f"{k} {number(row, k):6.2f}" for k in ("input", "output", "gain", "worst", "unsharp")]
        print(f"{str(row['clip']):24s}", "  ".join(cells))
    blurred = [r for r in rows if number(r, "input") < SHARP]
    sharp = [r for r in rows if number(r, "input") >= SHARP]
    footage = [r for r in blurred if not str(r["clip"]).startswith("photo")]
    summary = {
        "gain_blurred": np.mean([number(r, "gain") for r in blurred]),
        "gain_footage": np.mean([number(r, "gain") for r in footage]),
        "worst_gain": np.min([number(r, "gain") for r in blurred]),
        "unsharp_gain": np.mean([number(r, "unsharp") - number(r, "input") for r in blurred]),
        "unsharp_footage": np.mean([number(r, "unsharp") - number(r, "input") for r in footage]),
        "kept_sharp": np.mean([number(r, "output") for r in sharp]) if sharp else float("nan"),
        "least_kept": np.min([number(r, "output") for r in sharp]) if sharp else float("nan"),
    }
    summary = {k: round(float(v), 3) for k, v in summary.items()}
    print(json.dumps(summary))
    return summary


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--clips", type=Path, required=True, help="folder made by validation_data.py")
    parser.add_argument("--weights", type=Path, required=True, help="checkpoint.pt or .safetensors")
    parser.add_argument("--size", default="lite")
    parser.add_argument("--stages", type=int, default=2)
    parser.add_argument("--frames", type=int, default=0, help="only so many from the middle of each clip")
    parser.add_argument("--graphs", type=Path, default=Path("runs/graphs"), help="where exported graphs are kept")
    parser.add_argument("--bfloat16", action="store_true", help="faster, a little less exact")
    parser.add_argument("--json", type=Path, help="also write rows and means to this file")
    parser.add_argument("--append", type=Path, help="also append the means to this curve, a JSON object per line")
    a = parser.parse_args()
    torch.set_num_threads(1)
    rows = evaluate(load_weights(a.weights), a.size, a.clips, a.graphs, a.stages, a.frames, a.bfloat16)
    summary = report(rows)
    if a.json:
        a.json.write_text(json.dumps({"stages": a.stages, "clips": rows, **summary}, indent=1) + "\n")
    if a.append:
        state = torch.load(a.weights)
        point = {"step": int(state["step"]), "minutes": round(float(state["elapsed"]) / 60, 1), "stages": a.stages}
        with a.append.open("a") as handle:
            handle.write(json.dumps({**point, **summary}) + "\n")


if __name__ == "__main__":
    main()
