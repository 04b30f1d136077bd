"""Writes `test/fixtures/parity/{mlfa,arvo}`: what the reference networks make of made-up clips with made-up weights.

Before anything is written, flow network, warp and blocks are held against the published CDVD-TSP fixtures.
Usage: python3 make_fixtures.py [mlfa] [arvo]
"""

from __future__ import annotations

import copy
import json
import sys
from pathlib import Path

from arvo import Arvo
from check_published import check
from made_up import Restore, load_made_up, moving_clip, state_of, write_case, write_json
from mlfa import Mlfa

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"

MLFA_RULES = [
    {"match": r"stage1\.output", "gain": 0.15, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"stage2\.output", "gain": 1.5, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"blocks\.\d+\.(merge|conv2)", "gain": 0.45, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"levels\.\d\.merge", "gain": 3.0, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"extractor", "gain": 1.7, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"", "gain": 1.3, "scale_bound": 0.25, "bias_bound": 0.1},
]

ARVO_RULES = [
    {"match": r"moduleExtractor", "gain": 1.65, "bias_bound": 0.05},
    {"match": r"moduleUpflow", "gain": 1.0, "bias_bound": 0.01},
    {"match": r"moduleUpfeat", "gain": 0.4, "bias_bound": 0.01},
    {"match": r"module(Two|Thr|Fou|Fiv|Six)\.moduleSix\.", "gain": 0.15, "bias_bound": 0.02},
    {"match": r"moduleMain\.12", "gain": 0.2, "bias_bound": 0.02},
    {"match": r"flow_net", "gain": 1.3, "bias_bound": 0.02},
    {"match": r"values|fusion", "gain": 1.0, "bias_bound": 0.05},
    {"match": r"encoder_second\.0", "gain": 0.45, "bias_bound": 0.02},
    {"match": r"outBlock\.3", "gain": 0.3, "bias_bound": 0.05, "bias_mean": 0.35},
    {"match": r"conv2", "gain": 0.5, "bias_bound": 0.05},
    {"match": r"", "gain": 1.2, "bias_bound": 0.05},
]

#: (layers, stages, frames, height, width, seed); the seeds keep all warps away from the jump of their masks.
ARVO_CASES = ((3, 1, 3, 32, 48, 3), (0, 2, 3, 30, 46, 1), (4, 2, 5, 44, 68, 14))
#: The noise of the flow is 1e-5 pixels.
LEAST_MASK_MARGIN = 1e-4


def make_mlfa() -> None:
    folder = FIXTURES / "mlfa"
    model = Mlfa()
    state = state_of(model, "mlfa", "mlfa-ref-1", MLFA_RULES)
    write_json(folder / "state.json", state)
    load_made_up(model, state)
    exact = copy.deepcopy(model).double()
    for stages, frames, height, width in ((1, 1, 24, 40), (2, 3, 30, 44)):
        about = {"model": "mlfa", "size": "paper", "stages": stages, "range": "[0,1]"}
        case = folder / f"stages{stages}_{height}x{width}"
        clip = moving_clip(frames, height, width, seed=stages)
        single, double = (restorer(network, stages) for network in (model, exact))
        report(case, write_case(case, clip, single, double, about))


def make_arvo() -> None:
    """`state.json` is that of four levels; `replaced` in a case has the tensors that are others with its levels."""
    folder = FIXTURES / "arvo"
    state = state_of(Arvo(4), "arvo", "arvo-ref-1", ARVO_RULES)
    write_json(folder / "state.json", state)
    for layers, stages, frames, height, width, seed in ARVO_CASES:
        model = Arvo(layers)
        own = state_of(model, "arvo", state["salt"], ARVO_RULES)
        load_made_up(model, own)
        exact = copy.deepcopy(model).double()
        clip = moving_clip(frames, height, width, seed)
        model.restore(clip, stages)
        margin = model.flow_net.mask_margin()
        if margin < LEAST_MASK_MARGIN:
            raise SystemExit(f"With seed {seed} a warp is only {margin} from the jump of its mask; take another.")
        about = {
            "mask_threshold_margin": margin,
            **{"model": "arvo", "size": "paper", "layers": layers, "stages": stages, "range": "[0,1]"},
            "replaced": [entry for entry in own["tensors"] if entry not in state["tensors"]],
        }
        case = folder / f"layers{layers}_stages{stages}_{height}x{width}"
        single, double = (restorer(network, stages) for network in (model, exact))
        report(case, write_case(case, clip, single, double, about))


def restorer(network: Mlfa | Arvo, stages: int) -> Restore:
    return lambda clip: network.restore(clip, stages)


def report(folder: Path, case: dict) -> None:
    """Prints how far float32 is from float64, how much each frame matters, and the spread of each array."""
    print(folder.name, json.dumps({key: case[key] for key in ("noise_float64", "output_change_per_frame")}))
    for name, about in case["arrays"].items():
        print(f"  {name}: {about['min']} .. {about['max']}, standard deviation {about['std']}")


def main(wanted: list[str]) -> None:
    check(FIXTURES)
    makers = {"mlfa": make_mlfa, "arvo": make_arvo}
    for name in wanted or list(makers):
        makers[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
