"""Holds what was published against its fixtures: CDVD-TSP, from which ARVo takes flow, warp and blocks, and PVDNet."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from cdvd_tsp import CdvdTsp
from fill import fill
from pvdnet import PvdNet
from pwc_net import correlate, sample, warp_features

#: The noise of float32 in the published code is 1.2e-5 pixels and 2.2e-6 of output.
FLOW_TOLERANCE = 5e-5
TOLERANCE = 1e-5


def expect(what: str, actual: Tensor, expected: Tensor, tolerance: float) -> None:
    difference = float((actual - expected).abs().max()) if actual.shape == expected.shape else float("inf")
    print(f"{what}: largest difference {difference:.2e}")
    if not difference < tolerance:
        raise SystemExit(f"{what} differs by {difference} from the published fixture; {tolerance} is allowed.")


@torch.no_grad()
def check(fixtures: Path) -> None:
    """@raises SystemExit where something differs by more than the noise of float32"""
    folder = fixtures / "cdvd_tsp"

    def load(path: str) -> Tensor:
        return torch.from_numpy(np.load(folder / f"{path}.npy"))

    def unit(name: str) -> Tensor:
        return load(f"units/{name}")

    correlation = correlate(unit("correlation_first"), unit("correlation_second"))
    expect("correlation", correlation, unit("correlation_expected"), TOLERANCE)
    for align in (False, True):
        name = f"backward_align_{str(align).lower()}_expected"
        expect(name, warp_features(unit("warp_input"), unit("warp_flow"), align), unit(name), TOLERANCE)
    model = CdvdTsp()
    state = json.loads((folder / "state.json").read_text())
    values = {entry["name"]: torch.from_numpy(fill(entry, state["salt"])) for entry in state["tensors"]}
    model.load_state_dict(values, strict=True)
    clip = load("72x104/input")
    frames = [frame[None] for frame in clip]
    expect("identity", sample(clip, clip.new_zeros(5, 2, 72, 104), "border"), clip, TOLERANCE)
    for align in (False, True):
        prefix = "72x104/align_corners_true_" if align else "72x104/"
        stages = [model.stage(*frames[start : start + 3], align) for start in range(3)]
        flow = model.flow_net(frames[1], frames[0], align)
        expect(f"{prefix}flow", flow, load(f"{prefix}flow_f1_f0"), FLOW_TOLERANCE)
        results = [stage["restored"] for stage in stages]
        expect(f"{prefix}first stage", results[0], load(f"{prefix}recons_1"), TOLERANCE)
        last = model.stage(*results, align)
        expect(f"{prefix}prior", last["prior"], load(f"{prefix}luckiness_out"), TOLERANCE)
        expect(f"{prefix}expected", last["restored"], load(f"{prefix}expected"), TOLERANCE)


@torch.no_grad()
def check_pvdnet(fixtures: Path) -> None:
    """@raises SystemExit where something differs by more than the noise of float32"""
    folder, model = fixtures / "pvdnet", PvdNet()
    state = json.loads((folder / "state.json").read_text())
    entries = [entry for entry in state["tensors"] if entry["name"].startswith("PVDNet.")]
    values = {entry["name"]: torch.from_numpy(fill(entry, state["salt"])) for entry in entries}
    model.load_state_dict(values, strict=True)
    clip, volume, expected = (
        torch.from_numpy(np.load(folder / "seq_72x104" / f"{name}.npy"))
        for name in ("input", "pixel_volume_2", "expected")
    )
    frames = torch.cat([clip[2], clip[1], clip[3]])[None]
    expect("PVDNet", model(frames, volume.reshape(1, -1, *clip.shape[2:])), expected[2:3], TOLERANCE)


if __name__ == "__main__":
    FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"
    check(FIXTURES)
    check_pvdnet(FIXTURES)
