"""Runs an author's own PyTorch code, from a checkout that the user has, over some frames on the CPU.

    python3 run_published.py --checkout DIR --network cdvd-tsp --size paper --stages 2 --frames in.npy --output out.npy
                             (--weights FILE | --make-weights FILE --seed N) [--threads N]

Frames are float32, N x 3 x H x W, RGB in [0, 1]. Prints one line of JSON: what was measured, or what is wrong. Nothing of
the checkout is changed. Where its code needs CUDA, something that gives the same numbers on a CPU stands in
(stand_ins.py).
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import time
import types
from pathlib import Path

# Names of tensors that a message lists; the rest is counted.
NAMED = 10

# What is read by the program itself was found to be right before: only the way it was saved can be wrong.
SAVE_PLAINLY = 'Save it as the checkout reads it: torch.save(network.state_dict(), "weights.pth").'


class Problem(Exception):
    """Something that the user can do something about."""

    def __init__(self, message, hint):
        super().__init__(message)
        self.hint = hint


def import_torch():
    try:
        import numpy
        import torch
    except ImportError as error:
        raise Problem(
            f"{sys.executable} (Python {platform.python_version()}) has no {error.name}.",
            "Install PyTorch and NumPy for it, or name another Python with --python.",
        ) from error
    return torch, numpy


def import_from_checkout(name):
    import importlib

    try:
        return importlib.import_module(name)
    except ImportError as error:
        raise Problem(
            f"The checkout's {name} can't be imported: {error}.", "Install what it needs for this Python."
        ) from error


def open_cdvd_tsp(checkout):
    from stand_ins import correlation_81, register

    register("model.correlation", FunctionCorrelation=correlation_81)
    sys.path.insert(0, str(checkout / "code"))
    network = import_from_checkout("model.cdvd_tsp").CDVD_TSP(n_sequence=5, is_mask_filter=True, device="cpu")
    return network, lambda frames: windows_of_five(frames, lambda window: network(window)[3])


def open_erdn(checkout, stages):
    from stand_ins import ModulatedDeformConvFunction, register

    # The package itself would import operators that the network does not use and that need CUDA, too.
    register("dcn.modules", __path__=[str(checkout / "dcn" / "modules")])
    register("functions")
    register(
        "functions.modulated_deform_conv_func", ModulatedDeformConvFunction=ModulatedDeformConvFunction
    )
    sys.path.insert(0, str(checkout))
    phase = "single" if stages == 1 else "double"
    network = import_from_checkout("model.erdn").ERDN(device="cpu", phase=phase)
    return network, lambda frames: windows_of_five(frames, lambda window: network(window)[0])


def open_pvdnet(checkout, size):
    from stand_ins import correlation_49, register, register_missing

    register("models.archs.torch_correlation", FunctionCorrelation=correlation_49)
    register("models.archs.torch_correlation_C11", FunctionCorrelation=correlation_49)
    # Training and reading pictures need these; running the network does not.
    register_missing("torch_optimizer")
    register_missing("cv2")
    register_missing("ptflops", get_model_complexity_info=None)
    register_missing("termcolor", colored=lambda text, *_, **__: text)
    sys.path.insert(0, str(checkout))
    archs = {"medium": "PVDNet", "large": "PVDNet_large"}
    config = types.SimpleNamespace(
        dist=False, network_BIMNet="liteFlowNet", network=archs[size], PV_ksize=5, save_sample=False
    )
    network = import_from_checkout("models.trainers.trainer").DeblurNet(config)
    return network, lambda frames: recurrently(frames, network)


def recurrently(frames, network):
    """Three frames and the last result at a time, in [-1, 1]; clip ends stand in for what lies beyond them."""
    frames = 2 * frames - 1
    previous_result = frames[:1]
    last = len(frames) - 1
    for index in range(len(frames)):
        previous, current, following = (frames[at : at + 1] for at in (max(0, index - 1), index, min(last, index + 1)))
        previous_result = network(previous, current, following, previous_result)["result"]
        yield (previous_result + 1) / 2


OPENERS = {
    "cdvd-tsp": lambda checkout, _options: open_cdvd_tsp(checkout),
    "erdn": lambda checkout, options: open_erdn(checkout, options.stages),
    "pvdnet": lambda checkout, options: open_pvdnet(checkout, options.size),
}


def windows_of_five(frames, run):
    """The authors' border option: the first and the last two frames stand before and behind the clip once more."""
    import torch

    extended = torch.cat([frames[:2], frames, frames[-2:]])
    for index in range(len(frames)):
        yield run(extended[index : index + 5][None])


def made_up_state(network, seed):
    """Noise of a scale that keeps the values of a network in bounds, the same for one seed."""
    import numpy
    import torch

    random = numpy.random.default_rng(seed)
    state = network.state_dict()
    constants = dict(network.named_buffers()).keys() | {
        name for name, value in network.named_parameters() if not value.requires_grad
    }
    for name, value in state.items():
        if name in constants or not value.is_floating_point():
            continue
        fan_in = max(1, value[0].numel()) if value.dim() > 1 else 1
        bound = 0.5 * (3 / fan_in) ** 0.5 if value.dim() > 1 else 0.05
        state[name] = torch.from_numpy(random.uniform(-bound, bound, tuple(value.shape)).astype("float32"))
    return state


def read_state(path):
    import torch

    try:
        stored = torch.load(path, map_location="cpu")
    except Exception as error:
        raise Problem(f'"{path}" can\'t be read by PyTorch: {error}.', "Give the file the authors published.") from error
    for key in ("state_dict", "model_state_dict"):
        if isinstance(stored, dict) and key in stored:
            stored = stored[key]
    if not isinstance(stored, dict):
        raise Problem(f'"{path}" holds no state_dict, but a {type(stored).__name__}.', SAVE_PLAINLY)
    tensors = {name: value for name, value in stored.items() if isinstance(value, torch.Tensor)}
    return {name.removeprefix("module."): value for name, value in tensors.items()}


def describe_misfit(expected, found):
    """What keeps tensors from fitting, by names and shapes: counts, and some of the names. Nothing where all fit."""
    kinds = {
        "missing": [name for name in expected if name not in found],
        "unexpected": [name for name in found if name not in expected],
        "of another shape": [name for name in expected if name in found and found[name] != expected[name]],
    }
    counts = ", ".join(f"{len(names)} {kind}" for kind, names in kinds.items() if names)
    names = [name for kind in kinds.values() for name in kind]
    more = f" and {len(names) - NAMED} more" if len(names) > NAMED else ""
    return f"{counts} ({', '.join(names[:NAMED])}{more})" if names else ""


def load(network, options):
    import torch

    if options.make_weights:
        state = made_up_state(network, options.seed)
        torch.save(state, options.make_weights)
    else:
        state = read_state(options.weights)
    misfit = describe_misfit(shapes(network.state_dict()), shapes(state))
    if misfit:
        raise Problem(f'"{options.weights}" does not fit the checkout\'s network: {misfit}.', SAVE_PLAINLY)
    network.load_state_dict(state)


def shapes(state):
    return {name: tuple(value.shape) for name, value in state.items()}


def run(options):
    torch, numpy = import_torch()
    from stand_ins import without_cuda

    without_cuda()
    # Left alone, PyTorch takes physical cores only; a comparison gives it all there are.
    torch.set_num_threads(options.threads or os.cpu_count() or 1)
    # What the code prints must not mix with the answer.
    with contextlib.redirect_stdout(sys.stderr), torch.no_grad():
        network, restore = OPENERS[options.network](Path(options.checkout), options)
        load(network, options)
        network.eval()
        frames = torch.from_numpy(numpy.load(options.frames))
        results = []
        seconds = []
        started = time.perf_counter()
        for result in restore(frames):
            seconds.append(time.perf_counter() - started)
            results.append(result[0].numpy().copy())
            started = time.perf_counter()
    numpy.save(options.output, numpy.stack(results).astype("float32"))
    return {"seconds": seconds, "torch": torch.__version__, "threads": torch.get_num_threads()}


def parse():
    parser = argparse.ArgumentParser()
    parser.add_argument("--checkout", required=True)
    parser.add_argument("--network", required=True, choices=OPENERS)
    parser.add_argument("--stages", required=True, type=int)
    parser.add_argument("--size", required=True)
    parser.add_argument("--frames", required=True)
    parser.add_argument("--output", required=True)
    weights = parser.add_mutually_exclusive_group(required=True)
    weights.add_argument("--weights")
    weights.add_argument("--make-weights")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--threads", type=int, default=0)
    return parser.parse_args()


def main():
    options = parse()
    try:
        print(json.dumps(run(options)))
    except Problem as problem:
        print(json.dumps({"message": str(problem), "hint": problem.hint}))


if __name__ == "__main__":
    main()
