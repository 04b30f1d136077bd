"""Writes what the reference networks make of made-up clips with made-up weights: `mlfa`, `mlfa_lite`, `arvo`,
`arvo_lite`, `cdvd_tsp_lite`, `pvdnet_small` and `pvdnet_lite` of `test/fixtures/parity`.

Before anything is written, what was published is held against its fixtures.
Usage: python3 make_fixtures.py [NAME ...]
"""

from __future__ import annotations

import copy
import json
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Callable, Optional, Sequence

import torch
from torch import Tensor

import sizes
from arvo import Arvo
from cdvd_tsp import CdvdTsp
from check_published import check, check_pvdnet
from made_up import Restore, load_made_up, moving_clip, state_of, write_case, write_json
from mlfa import Mlfa
from pvdnet import FRAME_CHANNELS, VOLUME_CHANNELS, PvdNet

FIXTURES = Path(__file__).resolve().parents[2] / "test" / "fixtures" / "parity"

MLFA_RULES = [
    {"match": r"stage1\.output", "gain": 0.15, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"stage2\.output", "gain": 1.5, "scale_bound": 0.25, "bias_bound": 0.05},
    {"match": r"blocks\.\d+\.(merge|conv2)", "gain": 0.45, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"levels\.\d\.merge", "gain": 3.0, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"extractor", "gain": 1.7, "scale_bound": 0.25, "bias_bound": 0.1},
    {"match": r"", "gain": 1.3, "scale_bound": 0.25, "bias_bound": 0.1},
]

CASCADE_RULES = [
    {"match": r"moduleExtractor", "gain": 1.65, "bias_bound": 0.05},
    {"match": r"moduleUpflow", "gain": 1.0, "bias_bound": 0.01},
    {"match": r"moduleUpfeat", "gain": 0.4, "bias_bound": 0.01},
    {"match": r"module(Two|Thr|Fou|Fiv|Six)\.moduleSix\.", "gain": 0.15, "bias_bound": 0.02},
    {"match": r"moduleMain\.12", "gain": 0.2, "bias_bound": 0.02},
    {"match": r"flow_net", "gain": 1.3, "bias_bound": 0.02},
    {"match": r"values|fusion", "gain": 1.0, "bias_bound": 0.05},
    {"match": r"encoder_second\.0", "gain": 0.45, "bias_bound": 0.02},
    {"match": r"outBlock\.\d\.(weight|bias)", "gain": 0.3, "bias_bound": 0.05, "bias_mean": 0.35},
    {"match": r"conv2", "gain": 0.5, "bias_bound": 0.05},
    {"match": r"", "gain": 1.2, "bias_bound": 0.05},
]

PVDNET_RULES = [
    {"match": r"RBs\.\d+\.2", "gain": 0.5, "bias_bound": 0.05},
    {"match": r"end\.(weight|bias)", "gain": 0.5, "bias_bound": 0.05},
    {"match": r"", "gain": 1.3, "bias_bound": 0.05},
]

#: The first rule that matches counts: the narrower size has fewer layers for a signal to grow in.
LITE_MLFA_RULES = [{"match": r"stage1\.output", "gain": 1.0, "scale_bound": 0.25, "bias_bound": 0.05}, *MLFA_RULES]
LITE_CASCADE_RULES = [
    {"match": r"outBlock\.\d\.(weight|bias)", "gain": 0.45, "bias_bound": 0.05, "bias_mean": 0.35},
    *CASCADE_RULES,
]
RULES = {
    "mlfa": {"paper": MLFA_RULES, "lite": LITE_MLFA_RULES},
    "cascade": {"paper": CASCADE_RULES, "lite": LITE_CASCADE_RULES},
}

#: The noise of the flow is 1e-5 pixels.
LEAST_MASK_MARGIN = 1e-4


@dataclass(frozen=True)
class Case:
    """A made-up clip; its `seed` keeps all warps away from the jump of their masks. `keep`: what is on the way."""

    stages: int
    frames: int
    height: int
    width: int
    seed: int
    layers: Optional[int] = None
    keep: Sequence[str] = ()

    @property
    def folder(self) -> str:
        layers = "" if self.layers is None else f"layers{self.layers}_"
        return f"{layers}stages{self.stages}_{self.height}x{self.width}"


MLFA_CASES = {
    "paper": (Case(1, 1, 24, 40, 1), Case(2, 3, 30, 44, 2, keep=("stage1", "stage1_padded", "coarsest"))),
    "lite": (Case(2, 3, 34, 46, 2, keep=("stage1",)),),
}

ARVO_CASES = {
    "paper": (
        Case(1, 3, 32, 48, 3, layers=3, keep=("flow", "warped")),
        Case(2, 3, 30, 46, 1, layers=0, keep=("stage1",)),
        Case(2, 5, 44, 68, 14, layers=4, keep=("stage1",)),
        Case(3, 3, 28, 44, 8, layers=1),
        Case(2, 3, 26, 42, 19, layers=2),
    ),
    "lite": (
        Case(1, 2, 24, 40, 1, layers=0),
        Case(2, 3, 22, 38, 1, layers=1),
        Case(3, 3, 24, 44, 19, layers=2),
        Case(2, 3, 30, 46, 7, layers=3),
        Case(1, 2, 44, 68, 1, layers=4),
    ),
}

CDVD_TSP_CASES = {"lite": (Case(2, 3, 22, 38, 21), Case(3, 2, 20, 36, 20))}


def make_mlfa(size: str) -> None:
    folder = folder_of("mlfa", size)
    model = Mlfa(sizes.MLFA[size])
    state = state_of(model, "mlfa", "mlfa-ref-1", RULES["mlfa"][size])
    write_json(folder / "state.json", state)
    load_made_up(model, state)
    for case in MLFA_CASES[size]:
        write(folder, model, case, {"model": "mlfa", "size": size})


def make_arvo(size: str) -> None:
    """`state.json` is that of four levels; `replaced` in a case has the tensors that are others with its levels."""
    folder = folder_of("arvo", size)
    state = state_of(Arvo(4, sizes.ARVO[size]), "arvo", "arvo-ref-1", RULES["cascade"][size])
    write_json(folder / "state.json", state)
    for case in ARVO_CASES[size]:
        model = Arvo(case.layers, sizes.ARVO[size])
        own = state_of(model, "arvo", state["salt"], RULES["cascade"][size])
        load_made_up(model, own)
        replaced = [entry for entry in own["tensors"] if entry not in state["tensors"]]
        write_warped(folder, model, case, {"model": "arvo", "size": size, "replaced": replaced})


def make_cdvd_tsp(size: str) -> None:
    folder = folder_of("cdvd_tsp", size)
    state = state_of(CdvdTsp(sizes.CDVD_TSP[size]), "cdvd_tsp", "cdvd-tsp-ref-1", RULES["cascade"][size])
    write_json(folder / "state.json", state)
    for case in CDVD_TSP_CASES[size]:
        model = CdvdTsp(sizes.CDVD_TSP[size])
        load_made_up(model, state)
        write_warped(folder, model, case, {"model": "cdvd_tsp", "size": size})


def make_pvdnet(size: str) -> None:
    """Without the flow network: from three frames and a volume of noise (`input`, in [-1, 1]) to the restored frame."""
    folder = FIXTURES / f"pvdnet_{size}"
    model = PvdNet(sizes.PVDNET[size])
    state = state_of(model, "pvdnet", "pvdnet-ref-1", PVDNET_RULES)
    write_json(folder / "state.json", state)
    load_made_up(model, state)
    height, width = 16, 24
    current, previous, following = moving_clip(3, height, width, 1)[[1, 0, 2]] * 2 - 1
    noise = torch.rand(VOLUME_CHANNELS, height, width, generator=torch.Generator().manual_seed(1)) * 2 - 1
    aligned = torch.cat([current, previous, following, noise])[None]

    def restorer_of(network: PvdNet) -> Restore:
        def restore(both: Tensor) -> dict[str, Tensor]:
            return {"restored": network(both[:, :FRAME_CHANNELS], both[:, FRAME_CHANNELS:])}

        return restore

    case = folder / f"reconstruction_{height}x{width}"
    single, double = (restorer_of(network) for network in (model, copy.deepcopy(model).double()))
    about = {"model": "pvdnet", "size": size, "range": "[-1,1]"}
    report(case, write_case(case, aligned, single, double, about))


def folder_of(network: str, size: str) -> Path:
    return FIXTURES / (network if size == "paper" else f"{network}_{size}")


def write_warped(folder: Path, model: Arvo | CdvdTsp, case: Case, about: dict) -> None:
    """As `write`, for a model that nothing has run through yet, but not where noise may move a result by much."""
    model.restore(moving_clip(case.frames, case.height, case.width, case.seed), case.stages)
    margin = model.mask_margin()
    if margin < LEAST_MASK_MARGIN:
        raise SystemExit(f"With seed {case.seed} a warp is only {margin} from the jump of its mask; take another.")
    write(folder, model, case, {"mask_threshold_margin": margin, **about})


def write(folder: Path, model: Mlfa | Arvo | CdvdTsp, case: Case, about: dict) -> None:
    clip = moving_clip(case.frames, case.height, case.width, case.seed)
    about = {**about, "stages": case.stages, "range": "[0,1]"}
    if case.layers is not None:
        about["layers"] = case.layers
    single, double = (restorer(network, case) for network in (model, copy.deepcopy(model).double()))
    report(folder / case.folder, write_case(folder / case.folder, clip, single, double, about))


def restorer(network: Mlfa | Arvo | CdvdTsp, case: Case) -> Restore:
    def restore(clip):
        found = network.restore(clip, case.stages)
        return {name: found[name] for name in ("restored", *case.keep)}

    return restore


def report(folder: Path, case: dict) -> None:
    """Prints how far float32 is from float64, how much each frame matters, and the spread of each array."""
    print(folder.name, json.dumps({key: case[key] for key in ("noise_float64", "output_change_per_frame")}))
    for name, about in case["arrays"].items():
        print(f"  {name}: {about['min']} .. {about['max']}, standard deviation {about['std']}")


MAKERS: dict[str, Callable[[], None]] = {
    "mlfa": lambda: make_mlfa("paper"),
    "mlfa_lite": lambda: make_mlfa("lite"),
    "arvo": lambda: make_arvo("paper"),
    "arvo_lite": lambda: make_arvo("lite"),
    "cdvd_tsp_lite": lambda: make_cdvd_tsp("lite"),
    "pvdnet_small": lambda: make_pvdnet("small"),
    "pvdnet_lite": lambda: make_pvdnet("lite"),
}


def main(wanted: list[str]) -> None:
    check(FIXTURES)
    check_pvdnet(FIXTURES)
    for name in wanted or MAKERS:
        MAKERS[name]()


if __name__ == "__main__":
    main(sys.argv[1:])
