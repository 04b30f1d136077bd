"""Trains CDVD-TSP's exported graph on clips made from photographs.

    python3 train.py --pool runs/pool --out runs/lite

Everything that can be set is in `Config`; any of it can be given as `--name value`. Two processes of one
thread each share the parameters and add their gradients: on a machine that others use too, this loses
less than two threads that wait for each other inside every convolution. The schedule runs on the clock
(`minutes`), not on a step count, so that a run ends when it should however busy the machine is.
A run that is started again in the same folder goes on where it stopped.

Longer than our files are, so that the whole experiment can be read from top to bottom in one place.
"""

from __future__ import annotations

import argparse
import csv
import math
import os
import sys
import time
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import Any

# Large tensors come and go with every step. Left alone, the C library returns each to the system and the
# page faults cost ten times the arithmetic; these must be set before the process starts.
MEMORY = {
    "MALLOC_MMAP_MAX_": "0",
    "MALLOC_TRIM_THRESHOLD_": "100000000000",
    "MALLOC_TOP_PAD_": "268435456",
    "OMP_NUM_THREADS": "1",
}
if __name__ == "__main__" and any(os.environ.get(k) != v for k, v in MEMORY.items()):
    os.execve(sys.executable, [sys.executable, *sys.argv], {**os.environ, **MEMORY})

import numpy as np  # noqa: E402
import torch  # noqa: E402
import torch.multiprocessing as multiprocessing  # noqa: E402
import torch.nn.functional as functional  # noqa: E402
from torch import Tensor  # noqa: E402

from onnx_module import DEFAULT_NODE, OnnxModule, Parameters, export_graph  # noqa: E402


@dataclass
class Config:
    """One run."""

    size: str = "lite"
    crop: int = 128  # px
    batch: int = 8  # samples per process and step
    batch_two: int = 3  # of these, samples of the second stage while two stages are trained
    processes: int = 2
    minutes: float = 75.0  # length of the schedule
    steps: int = 0  # length of the schedule in steps instead, when not 0
    stop_after: int = 0  # stop at this step, with the schedule unfinished
    two_stages_from: float = 0.4  # share of the schedule after which two stages are trained
    rate: float = 8e-4  # peak learning rate of a kernel that reads 432 values; see `rate_scales`
    flow_rate: float = 8e-4  # the same for the flow network
    final_share: float = 0.01  # of the peak rate, left at the end
    warm_up: int = 100  # steps
    spread: float = 0.99  # Adam's second decay
    clip: float = 2.0  # limit of each network's gradient norm, in running means of it
    fourier: float = 0.5  # weight of the difference of spectra
    grain: float = 6.0  # strongest noise (of 255) that is added to a sample and to its truth alike
    keep: float = 40.0  # a sample at least so close to the truth (dB) is its own target; 0: none is
    flow: float = 0.0  # weight of the flow loss; 0: no flow at all, neighbours are taken as they are
    ema: float = 0.998
    save_every: float = 120.0  # seconds
    log_every: int = 20  # steps
    seed: int = 1
    bfloat16: bool = True


# --- data -------------------------------------------------------------------------------------------


class Pool:
    """Random crops of the clips in a folder of shards; new shards are found as they appear."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.shards: list[dict[str, np.ndarray]] = []
        self.names: list[str] = []
        self.refresh()
        if not self.shards:
            raise SystemExit(f"no shards in {folder}; make some with blur_data.py pool")

    def refresh(self) -> None:
        """Opens the shards that are there now."""
        names = sorted(p.name for p in self.folder.glob("shard-?????"))
        if names == self.names:
            return
        self.names = names
        self.shards = [
            {kind: np.load(self.folder / n / f"{kind}.npy", mmap_mode="r") for kind in ("blurry", "sharp", "flow")}
            for n in names
        ]

    def clip(self, rng: np.random.Generator, crop: int) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
        """Blurry and sharp uint8 (5, 3, c, c) and flow float32 (3, 4, c, c) of one augmented crop."""
        shard = self.shards[rng.integers(len(self.shards))]
        index = rng.integers(len(shard["blurry"]))
        y, x = rng.integers(shard["blurry"].shape[-1] - crop + 1, size=2)
        window = (index, slice(None), slice(None), slice(y, y + crop), slice(x, x + crop))
        blurry, sharp = shard["blurry"][window], shard["sharp"][window]
        flow = shard["flow"][window].astype(np.float32)
        return augment(rng, blurry, sharp, flow)


def augment(
    rng: np.random.Generator, blurry: np.ndarray, sharp: np.ndarray, flow: np.ndarray
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Flips, transposition, time reversal and colour permutation, with the flow following."""
    if rng.random() < 0.5:
        blurry, sharp, flow = blurry[..., ::-1], sharp[..., ::-1], flow[..., ::-1].copy()
        flow[:, 0::2] *= -1
    if rng.random() < 0.5:
        blurry, sharp, flow = blurry[..., ::-1, :], sharp[..., ::-1, :], flow[..., ::-1, :].copy()
        flow[:, 1::2] *= -1
    if rng.random() < 0.5:
        blurry, sharp, flow = (np.swapaxes(v, -1, -2) for v in (blurry, sharp, flow))
        flow = flow[:, [1, 0, 3, 2]]
    if rng.random() < 0.5:
        blurry, sharp, flow = blurry[::-1], sharp[::-1], flow[::-1, [2, 3, 0, 1]]
    if rng.random() < 0.3:
        order = rng.permutation(3)
        blurry, sharp = blurry[:, order], sharp[:, order]
    return blurry, sharp, flow


# --- parameters -------------------------------------------------------------------------------------


def flat_views(flat: Tensor, shapes: dict[str, tuple[int, ...]]) -> Parameters:
    """Views of one flat vector, kernels in channels-last order, which is what the convolutions like."""
    views: Parameters = {}
    offset = 0
    for name, shape in shapes.items():
        count = math.prod(shape)
        piece = flat[offset : offset + count]
        if len(shape) == 4:
            o, i, h, w = shape
            views[name] = piece.view(o, h, w, i).permute(0, 3, 1, 2)
        else:
            views[name] = piece.view(shape)
        offset += count
    return views


def is_transposed(name: str) -> bool:
    """Whether a kernel of this name belongs to a transposed convolution (in, out, k, k)."""
    return ("recons_net.decoder" in name and ".conv" not in name) or "moduleUp" in name


def initialise(parameters: Parameters, seed: int, flow: bool = True) -> None:
    """Random features, and a way through on which the middle frame passes unchanged.

    The network's output is direct, so an ordinary start first has to learn to copy. Here the middle frame's
    packed channels are copied into the first channels of the feature (they are not negative, so the ReLU
    lets them pass), no block writes to these yet, and the last convolution reads them back: the network
    starts as the identity and learns only what is to be changed. Without `flow` the flow network is left at
    zero, and so is its flow.
    """
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for name, value in parameters.items():
            if name.endswith(".bias") or (not flow and name.startswith("flow_net.")):
                value.zero_()
                continue
            transposed = is_transposed(name)
            fan_in = value.shape[0] * value.shape[2] * value.shape[3] / 4 if transposed else value[0].numel()
            gain = 0.3 if name.endswith("conv2.weight") else 1.0
            value.copy_(torch.randn(value.shape, generator=generator) * gain * math.sqrt(2 / fan_in))
            if value.shape[0] == 2 and name.startswith("flow_net"):
                value.mul_(0.1)  # flow starts near zero
        open_identity_path(parameters)


def rate_scales(shapes: dict[str, tuple[int, ...]], config: Config) -> Tensor:
    """Learning rate of every parameter in the flat vector.

    Adam moves every weight by about the rate, so what a step does to an output grows with the number of
    values the kernel reads: the rate is divided by it, and 432 (48 channels, 3x3) keeps `config.rate`.
    """
    pieces = []
    reads = 432.0
    for name, shape in shapes.items():
        if len(shape) == 4:
            reads = float(math.prod(shape[1:]))
            if is_transposed(name):
                reads = shape[0] * shape[2] * shape[3] / 4
        base = config.flow_rate if name.startswith("flow_net.") else config.rate
        pieces.append(torch.full((math.prod(shape),), base * min(2.0, 432 / reads)))
    return torch.cat(pieces)


def open_identity_path(parameters: Parameters) -> None:
    """Makes the reconstruction network the identity on the middle frame; see `initialise`."""
    first = parameters["recons_net.inBlock.0.0.weight"]
    names = [n for n in parameters if n.startswith("recons_net.outBlock.") and n.endswith(".weight")]
    last = parameters[max((n for n in names if ".conv" not in n), key=lambda n: int(n.split(".")[2]))]
    packed = last.shape[0]  # 3 * packing^2
    centre = first.shape[2] // 2
    first[:packed].zero_()
    last.zero_()
    for channel in range(packed):
        block, colour = divmod(channel, 3)
        first[channel, block * 10 + 3 + colour, centre, centre] = 1.0
        last[channel, channel, centre, centre] = 1.0
    for name, value in parameters.items():
        if name.startswith(("recons_net.inBlock.", "recons_net.outBlock.")) and name.endswith("conv2.weight"):
            value[:packed].zero_()
    decoder = [n for n in parameters if n.startswith("recons_net.decoder_first.") and n.endswith(".0.weight")]
    parameters[decoder[-1]][:, :packed].zero_()


# --- losses -----------------------------------------------------------------------------------------


def charbonnier(restored: Tensor, sharp: Tensor) -> Tensor:
    """Mean of sqrt(d^2 + eps^2): absolute difference that is smooth at zero."""
    return torch.sqrt((restored - sharp) ** 2 + 1e-6).mean()


def spectral(restored: Tensor, sharp: Tensor) -> Tensor:
    """Mean absolute difference of the (orthonormal) spectra."""
    difference = torch.view_as_real(torch.fft.rfft2(restored - sharp, norm="ortho"))
    return difference.abs().mean()


def flow_loss(outputs: dict[str, Tensor], truth: Tensor) -> Tensor:
    """Absolute flow error over all levels, in units of 20 px. `truth` (N, 4, H, W) px."""
    total = torch.zeros(())
    for side, part in (("previous", truth[:, :2] / 20), ("next", truth[:, 2:] / 20)):
        total = total + (outputs[f"flow_{side}"].float() / 20 - part).abs().mean()
        for level in range(2, 7):
            pooled = functional.avg_pool2d(part, 2**level)
            total = total + (outputs[f"flow_{side}_l{level}"].float() - pooled).abs().mean() * 0.3
    return total


# --- training ---------------------------------------------------------------------------------------


class Worker:
    """One of the processes: its gradients, computed from the shared parameters."""

    def __init__(self, config: Config, pool: Path, out: Path, rank: int, flat: Tensor, gradient: Tensor) -> None:
        self.config, self.rank = config, rank
        self.gradient = gradient
        self.pool = Pool(pool)
        self.graphs = out.parent / "graphs"
        self.shapes = OnnxModule(self.graph_file(1, 64)).shapes
        self.parameters = {n: v.requires_grad_() for n, v in flat_views(flat, self.shapes).items()}
        for name, view in flat_views(gradient, self.shapes).items():
            self.parameters[name].grad = view
        self.modules: dict[int, OnnxModule] = {}

    def graph_file(self, batch: int, side: int) -> Path:
        return export_graph(self.graphs, self.config.size, batch, side, side, DEFAULT_NODE)

    def stage(self, previous: Tensor, middle: Tensor, following: Tensor) -> dict[str, Tensor]:
        """One stage on frames (N, 3, crop, crop)."""
        batch = len(middle)
        if batch not in self.modules:
            given, outputs = ((), None) if self.config.flow else (("flow_previous", "flow_next"), ("restored",))
            file = self.graph_file(batch, self.config.crop)
            self.modules[batch] = OnnxModule(file, self.parameters, given, outputs)
        still = torch.zeros(batch, 2, *middle.shape[2:])
        flows = {} if self.config.flow else {"flow_previous": still, "flow_next": still}
        with torch.autocast("cpu", torch.bfloat16, enabled=self.config.bfloat16):
            return self.modules[batch](previous=previous, middle=middle, next=following, **flows)

    def load(self, rng: np.random.Generator, count: int) -> tuple[Tensor, Tensor, Tensor]:
        """Blurry, sharp (5, N, 3, c, c) in [0, 1] and flow (3, N, 4, c, c) px."""
        clips = [self.pool.clip(rng, self.config.crop) for _ in range(count)]
        stacks = [torch.from_numpy(np.stack(v, 1).astype(np.float32)) for v in zip(*clips)]
        blurry, sharp = stacks[0] / 255, stacks[1] / 255
        if self.config.grain:
            # The same grain on both: detail finer than any blur leaves is not for the network to smooth away.
            strength = rng.uniform(-0.3, 1, count).clip(0) * self.config.grain / 255
            grain = torch.from_numpy(rng.standard_normal(blurry.shape, dtype=np.float32))
            colourless = torch.from_numpy(rng.random(count) < 0.5).view(1, -1, 1, 1, 1)
            grain = torch.where(colourless, grain[:, :, :1], grain)
            grain = grain * torch.from_numpy(strength.astype(np.float32)).view(1, -1, 1, 1, 1)
            blurry, sharp = (blurry + grain).clamp(0, 1), (sharp + grain).clamp(0, 1)
        return blurry, sharp, stacks[2]

    def compute(self, step: int, two_stages: bool) -> dict[str, float]:
        """Adds this step's gradients into the worker's vector and says how it went."""
        config = self.config
        rng = np.random.default_rng([config.seed, step, self.rank])
        if step % 50 == 0:
            self.pool.refresh()
        blurry, sharp, flow = self.load(rng, config.batch)
        at = rng.integers(3, size=config.batch)
        second = config.batch_two if two_stages else 0
        at[:second] = 1
        picked = torch.stack([torch.stack([blurry[i + k, n] for n, i in enumerate(at)]) for k in range(3)])
        target = torch.stack([sharp[i + 1, n] for n, i in enumerate(at)])
        motion = torch.stack([flow[i, n] for n, i in enumerate(at)])
        before = picked[1].clone()
        if config.keep:
            # What is as good as sharp is to stay as it is, its noise and its compression included.
            same = psnr(before, target) > config.keep
            target[same] = before[same]
        if second:
            # These samples are what the second stage sees. No gradient flows back into the first: through both,
            # errors of brightness feed on each other and allow only small rates.
            with torch.no_grad():
                first = self.stage(*(join(blurry[i : i + 3, :second]) for i in range(3)))["restored"].float()
            picked[:, :second] = first.view(3, second, *first.shape[1:])
        outputs = self.stage(*picked)
        loss, parts = self.loss(outputs, target, motion)
        restored = outputs["restored"].float()
        quality = gains(before[second:], restored[second:], target[second:])
        if second:
            two = gains(before[:second], restored[:second], target[:second])
            quality |= {f"{k}_two": v for k, v in two.items()}
        loss.backward()
        return {"loss": float(loss.detach()), **parts, **quality}

    def loss(self, outputs: dict[str, Tensor], sharp: Tensor, flow: Tensor) -> tuple[Tensor, dict[str, float]]:
        config = self.config
        restored = outputs["restored"].float()
        picture = charbonnier(restored, sharp) + config.fourier * spectral(restored, sharp)
        parts = {"picture": float(picture.detach())}
        if not config.flow:
            return picture, parts
        motion = flow_loss(outputs, flow)
        error = (outputs["flow_next"].detach().float() - flow[:, 2:]).norm(dim=1).mean()
        parts["flow_error"] = float(error)
        return picture + config.flow * motion, parts


def join(frames: Tensor) -> Tensor:
    """(T, N, ...) to (T N, ...)."""
    return frames.reshape(-1, *frames.shape[2:])


def gains(before: Tensor, after: Tensor, sharp: Tensor) -> dict[str, float]:
    """PSNR gained on blurred pictures and PSNR kept on sharp ones (NaN where there are none), dB."""
    with torch.no_grad():
        was = psnr(before, sharp)
        now = psnr(after.float(), sharp)
        blurred = was < 42
        return {
            "gain_blurred": float((now - was)[blurred].mean()),
            "kept_sharp": float(now[~blurred].clamp(max=60).mean()),
        }


def psnr(image: Tensor, truth: Tensor) -> Tensor:
    """PSNR of each picture of (N, 3, H, W) in [0, 1], dB."""
    error = ((image.clamp(0, 1) - truth) ** 2).flatten(1).mean(1)
    return -10 * torch.log10(error.clamp(min=1e-10))


class Run:
    """The state of a run: parameters, their running mean, the optimiser, and the place in the schedule.

    It lives in shared memory (`state`), so that every process may update it in turn.
    """

    def __init__(self, config: Config, out: Path, shapes: dict[str, tuple[int, ...]], state: dict[str, Tensor]) -> None:
        self.config, self.out, self.shapes, self.state = config, out, shapes, state
        self.flat, self.mean = state["flat"], state["mean"]
        self.views, self.mean_views = flat_views(self.flat, shapes), flat_views(self.mean, shapes)
        self.scales = rate_scales(shapes, config)
        flows = [n for n in shapes if n.startswith("flow_net.")]
        split = sum(math.prod(shapes[n]) for n in flows)
        if list(shapes)[: len(flows)] != flows:
            raise ValueError("the flow network's parameters are expected first")
        self.networks = (slice(0, split), slice(split, None))

    @staticmethod
    def fresh(config: Config, shapes: dict[str, tuple[int, ...]]) -> dict[str, Tensor]:
        """Shared memory for a run that has not begun."""
        count = sum(math.prod(s) for s in shapes.values())
        state = {name: torch.zeros(count).share_memory_() for name in ("flat", "mean", "moment", "square")}
        initialise(flat_views(state["flat"], shapes), config.seed, config.flow > 0)
        state["mean"].copy_(state["flat"])
        state["gradients"] = torch.zeros(config.processes, count).share_memory_()
        state["norms"] = torch.zeros(2).share_memory_()
        state["step"] = torch.zeros(1, dtype=torch.int64).share_memory_()
        state["elapsed"] = torch.zeros(1, dtype=torch.float64).share_memory_()
        return state

    @property
    def step(self) -> int:
        return int(self.state["step"])

    @property
    def elapsed(self) -> float:
        """Seconds of training so far, by the first process's clock."""
        return float(self.state["elapsed"])

    @property
    def progress(self) -> float:
        """Where in the schedule the run is, 0 to 1."""
        c = self.config
        return min(1.0, self.step / c.steps if c.steps else self.elapsed / 60 / c.minutes)

    @property
    def two_stages(self) -> bool:
        return self.progress >= self.config.two_stages_from

    @property
    def rate(self) -> float:
        """The learning rate's share of its peak: a cosine after a linear warm-up."""
        c = self.config
        cosine = c.final_share + (1 - c.final_share) * 0.5 * (1 + math.cos(math.pi * self.progress))
        return cosine * min(1.0, (self.step + 1) / c.warm_up)

    def update(self, gradient: Tensor) -> list[float]:
        """One step of Adam, on one vector with a rate of its own for every parameter; gives gradient norms."""
        norms, means = [], self.state["norms"]
        for i, part in enumerate(self.networks):
            norm, mean = float(gradient[part].norm()), float(means[i])
            norms.append(norm)
            # A limit that follows the run: an unusual picture moves the weights no more than twice the rest.
            limit = self.config.clip * mean if mean else norm
            if norm > limit > 0:
                gradient[part] *= limit / norm
            means[i] += (min(norm, limit) - mean) * (0.02 if mean else 1)
        moment, square, spread = self.state["moment"], self.state["square"], self.config.spread
        n = self.step + 1
        self.centre(gradient)
        moment.lerp_(gradient, 0.1)
        square.mul_(spread).addcmul_(gradient, gradient, value=1 - spread)
        root = (square / (1 - spread**n)).sqrt_().add_(1e-8)
        change = (moment * self.scales).div_(root).div_(1 - 0.9**n)
        self.centre(change)
        self.flat.add_(change, alpha=-self.rate)
        keep = min(self.config.ema, (1 + self.step) / (10 + self.step))
        self.mean.lerp_(self.flat, 1 - keep)
        self.state["step"] += 1
        return norms

    def centre(self, change: Tensor) -> None:
        """Takes from every filter's change its mean (gradient centralisation, Yong et al. 2020).

        Pictures and features behind a ReLU are positive, so moving all weights of a filter together moves
        the brightness, far more than any other direction: without this it alone would limit the rate.
        """
        for name, view in flat_views(change, self.shapes).items():
            if view.dim() == 4:
                view.sub_(view.mean((0, 2, 3) if is_transposed(name) else (1, 2, 3), keepdim=True))

    def save(self) -> None:
        """Writes the checkpoint whole or not at all."""
        kept = {name: self.state[name] for name in ("moment", "square", "norms", "step", "elapsed")}
        kept["weights"] = {n: v.contiguous().clone() for n, v in self.views.items()}
        kept["mean"] = {n: v.contiguous().clone() for n, v in self.mean_views.items()}
        torch.save({"config": asdict(self.config), **kept}, self.out / "checkpoint.partial")
        os.replace(self.out / "checkpoint.partial", self.out / "checkpoint.pt")

    def resume(self, file: Path, fresh_schedule: bool = False) -> None:
        """Takes everything from a checkpoint; with `fresh_schedule` only its mean weights, for a new run."""
        kept = torch.load(file)
        for name, value in kept["mean" if fresh_schedule else "weights"].items():
            self.views[name].copy_(value)
            self.mean_views[name].copy_(kept["mean"][name])
        if not fresh_schedule:
            for name in ("moment", "square", "norms", "step", "elapsed"):
                self.state[name].copy_(kept[name])


def work(config: Config, pool: Path, out: Path, rank: int, state: dict[str, Tensor], meeting: Any) -> None:
    """One process: computes its share of every step's gradient until the schedule ends.

    The processes meet twice a step: when all gradients are there, and when the first process has applied
    them. (Without meeting, on gradients one update old, the same learning rate diverges.) The first
    process also keeps the clock, the log and the checkpoints.
    """
    torch.set_num_threads(1)
    worker = Worker(config, pool, out, rank, state["flat"], state["gradients"][rank])
    run = Run(config, out, worker.shapes, state)
    log = Log(out / "log.csv") if rank == 0 else None
    clock = time.time()
    while run.progress < 1 and (not config.stop_after or run.step < config.stop_after):
        worker.gradient.zero_()
        figures = worker.compute(run.step, run.two_stages)
        meeting.wait()
        if log is not None:
            norms = run.update(state["gradients"].mean(0))
            state["elapsed"] += time.time() - clock
            clock = time.time()
            log.add({**figures, "rate": run.rate, "norm_flow": norms[0], "norm_picture": norms[1]})
            if run.step % config.log_every == 0:
                log.write(run.step, run.elapsed, run.two_stages)
            if time.time() - log.saved > config.save_every:
                log.saved = time.time()
                run.save()
        meeting.wait()


def train(config: Config, pool: Path, out: Path, start: Path | None = None) -> Run:
    """Trains until the schedule ends; the result is in `out`/checkpoint.pt."""
    out.mkdir(parents=True, exist_ok=True)
    shapes = OnnxModule(export_graph(out.parent / "graphs", config.size, 1, 64, 64, DEFAULT_NODE)).shapes
    state = Run.fresh(config, shapes)
    run = Run(config, out, shapes, state)
    if (out / "checkpoint.pt").exists():
        run.resume(out / "checkpoint.pt")
    elif start is not None:
        run.resume(start, fresh_schedule=True)
    context = multiprocessing.get_context("spawn")
    meeting = context.Barrier(config.processes)
    helpers = [
        context.Process(target=work, args=(config, pool, out, rank, state, meeting), daemon=True)
        for rank in range(1, config.processes)
    ]
    for helper in helpers:
        helper.start()
    work(config, pool, out, 0, state, meeting)
    for helper in helpers:
        helper.join()
    run.save()
    return run


class Log:
    """Means of the figures since the last line, as CSV and on the terminal."""

    columns = (
        "step", "seconds", "stages", "loss", "picture", "flow_error", "gain_blurred", "kept_sharp",
        "gain_blurred_two", "kept_sharp_two", "rate", "norm_flow", "norm_picture",
    )  # fmt: skip

    def __init__(self, file: Path) -> None:
        self.file = file
        self.saved = time.time()
        self.figures: list[dict[str, float]] = []
        if not file.exists():
            file.write_text(",".join(self.columns) + "\n")

    def add(self, figures: dict[str, float]) -> None:
        self.figures.append(figures)

    def write(self, step: int, seconds: float, two_stages: bool) -> None:
        row: dict[str, Any] = {"step": step, "seconds": round(seconds), "stages": 2 if two_stages else 1}
        for name in self.columns[3:]:
            values = [f[name] for f in self.figures if name in f and not math.isnan(f[name])]
            row[name] = f"{sum(values) / len(values):.5g}" if values else ""
        with self.file.open("a", newline="") as handle:
            csv.DictWriter(handle, self.columns).writerow(row)
        print(" ".join(f"{k}={v}" for k, v in row.items() if v != ""), flush=True)
        self.figures = []


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pool", type=Path, required=True, help="folder of shards, see blur_data.py")
    parser.add_argument("--out", type=Path, required=True, help="folder of the run")
    parser.add_argument("--start", type=Path, help="checkpoint whose weights a new run starts from")
    for field in fields(Config):
        kind = {"int": int, "float": float, "str": str, "bool": lambda t: t == "true"}[str(field.type)]
        parser.add_argument(f"--{field.name.replace('_', '-')}", type=kind, default=field.default)
    arguments = vars(parser.parse_args())
    config = Config(**{field.name: arguments[field.name] for field in fields(Config)})
    train(config, arguments["pool"], arguments["out"], arguments["start"])


if __name__ == "__main__":
    main()
