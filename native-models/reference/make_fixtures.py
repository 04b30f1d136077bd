"""Writes `test/fixtures/parity/mlfa`: what the reference network makes of made-up clips with made-up weights."""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

import torch

from made_up import load_made_up, moving_clip, state_of, write_case, write_json
from mlfa import Mlfa

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"

MLFA_RULES = [
    {"match": r"stage1\.output", "gain": 0.15, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"stage2\.output", "gain": 1.5, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"blocks\.\d+\.(merge|conv2)", "gain": 0.45, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"levels\.\d\.merge", "gain": 3.0, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"extractor", "gain": 1.7, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"up", "gain": 1.3, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"", "gain": 1.3, "scale_bound": 0.25, "bias_bound": 0.1},
]


def make_mlfa() -> None:
    folder = FIXTURES / "mlfa"
    model = Mlfa()
    state = state_of(model, "mlfa", "mlfa-ref-1", MLFA_RULES)
    load_made_up(model, state)
    exact = copy.deepcopy(model).double()
    write_json(folder / "state.json", state)
    for stages, frames, height, width in ((1, 1, 24, 40), (2, 3, 30, 44)):
        case = write_case(
            folder / f"stages{stages}_{height}x{width}",
            moving_clip(frames, height, width, seed=stages),
            lambda clip: model.restore(clip, stages),
            lambda clip: exact.restore(clip, stages),
            {"model": "mlfa", "size": "paper", "stages": stages, "range": "[0,1]"},
        )
        report(folder / f"stages{stages}_{height}x{width}", case)


def report(folder: Path, case: dict) -> None:
    print(folder.name, json.dumps({key: case[key] for key in ("noise_float64", "output_change_per_frame", "arrays")}, indent=1))


def main() -> None:
    torch.manual_seed(0)
    make_mlfa()


if __name__ == "__main__":
    sys.exit(main())
