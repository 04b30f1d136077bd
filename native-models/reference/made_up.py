"""Made-up clips and weights for fixtures, and how much a result depends on each frame."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Callable

import numpy as np
import torch
from torch import Tensor, nn

from fill import NAME, fill_all, vector_entry, weight_entry


def moving_clip(count: int, height: int, width: int, seed: int) -> Tensor:
    """Waves and blocks that move by two to three pixels per frame, in 8-bit levels: N x 3 x H x W in [0, 1]."""
    random = np.random.default_rng(seed)
    y, x = np.mgrid[0:height, 0:width].astype(np.float64)
    frames = []
    angles = random.uniform(0, 2 * np.pi, (3, 5))
    pitches = random.uniform(0.15, 0.9, (3, 5))
    for index in range(count):
        px, py = x - 2.4 * index, y + 1.3 * index
        channels = []
        for angle, pitch in zip(angles, pitches):
            waves = sum(np.sin(p * (px * np.cos(a) + py * np.sin(a)) + 3 * a) for a, p in zip(angle, pitch))
            blocks = np.sign(np.sin(0.35 * px + angle[0])) * np.sign(np.sin(0.3 * py + angle[1]))
            channels.append(0.5 + 0.07 * waves + 0.1 * blocks)
        noise = random.uniform(-0.02, 0.02, (3, height, width))
        frames.append(np.round(np.clip(np.stack(channels) + noise, 0, 1) * 255))
    return torch.from_numpy(np.stack(frames).astype(np.float32) * np.float32(1 / 255))


def state_of(model: nn.Module, network: str, salt: str, rules: list[dict]) -> dict:
    """The `state.json` of a network; the first rule whose `match` is found in a name gives its gain and bounds."""
    tensors = []
    for name, value in model.state_dict().items():
        rule = next(rule for rule in rules if re.search(rule["match"], name))
        shape = list(value.shape)
        if name.endswith(".weight"):
            tensors.append(weight_entry(name, shape, rule["gain"]))
        elif name.endswith(".scale"):
            tensors.append(vector_entry(name, shape, rule["scale_bound"], 1.0))
        else:
            tensors.append(vector_entry(name, shape, rule["bias_bound"], rule.get("bias_mean", 0.0)))
    return {"model": network, "fill": NAME, "salt": salt, "rules": rules, "tensors": tensors}


def load_made_up(model: nn.Module, state: dict) -> nn.Module:
    """Fills a module: all tensors it has, by name and shape."""
    wanted = model.state_dict()
    entries = [entry for entry in state["tensors"] if entry["name"] in wanted]
    values = fill_all(entries, state["salt"])
    model.load_state_dict({name: torch.from_numpy(value) for name, value in values.items()}, strict=True)
    return model.eval()


def write_json(path: Path, value: object) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(value, indent=1)
    # One line per tensor and per list of numbers keeps the file readable.
    text = re.sub(r"\[\s+([-\d., \n]+?)\s+\]", lambda m: "[" + re.sub(r"\s+", " ", m[1]) + "]", text)
    path.write_text(text + "\n")


Restore = Callable[[Tensor], dict]


def write_case(folder: Path, clip: Tensor, single: Restore, double: Restore, about: dict) -> dict:
    """Writes input, `expected` and intermediates of a case as float32 `.npy`, and `case.json`.

    `single` and `double` restore a clip in float32 and float64 with the same weights: their difference is the noise of
    float32. `output_change_per_frame` is how far the result moves when one frame is disturbed by +-0.05.
    """
    found = single(clip)
    exact = double(clip.double())
    disturb = np.random.default_rng(7)
    changes = []
    for index in range(len(clip) if len(clip) > 1 else 0):
        other = clip.clone()
        other[index] += torch.from_numpy(disturb.uniform(-0.05, 0.05, tuple(clip.shape[1:])).astype(np.float32))
        changes.append(float((single(other)["restored"] - found["restored"]).abs().max()))
    arrays = {"input": clip, "expected": found.pop("restored"), **found}
    exact["expected"] = exact.pop("restored")
    folder.mkdir(parents=True, exist_ok=True)
    described = {}
    for name, array in arrays.items():
        if not torch.isfinite(array).all():
            raise ValueError(f"{folder.name}: {name} has values that are not finite")
        np.save(folder / f"{name}.npy", np.ascontiguousarray(array.numpy().astype("<f4")))
        described[f"{name}.npy"] = {
            "shape": list(array.shape),
            "min": round(float(array.min()), 6),
            "max": round(float(array.max()), 6),
            "mean": round(float(array.mean()), 6),
            "std": round(float(array.std()), 6),
        }
    noise = {name: float(f"{(arrays[name] - exact[name]).abs().max():.3g}") for name in exact}
    case = {
        **about,
        "tolerance": {"max_abs": 1e-3},
        "noise_float64": noise,
        "output_change_per_frame": [float(f"{change:.3g}") for change in changes],
        "arrays": described,
    }
    write_json(folder / "case.json", case)
    return case
