"""Runs an exported training graph as a differentiable torch module.

The graph that ships is the graph that trains: the ONNX file written by `export-graph.ts` is executed node
by node, its initializers being the parameters under their published names. Operators of the `acutance`
domain run as native torch here; their bodies in the file say what they mean. A graph has fixed shapes, so
one set of `Parameters` serves any number of graphs.

    python3 onnx_module.py check --node NODE     # compares with onnxruntime-node on a small graph
"""

from __future__ import annotations

import argparse
import json
import subprocess
import tempfile
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import torch
import torch.nn.functional as functional
from onnx import numpy_helper
from torch import Tensor

Parameters = dict[str, Tensor]
"""Parameter tensors by their published state_dict names."""

HERE = Path(__file__).resolve().parent
DEFAULT_NODE = HERE.parent.parent / "node_modules" / ".bin" / "node"


# --- own operators ----------------------------------------------------------------------------------


def warp(image: Tensor, flow: Tensor, align_corners: bool, padding: str) -> Tensor:
    """Samples `image` (N, C, H, W) at each pixel displaced by `flow` (N, 2, H, W; px, x then y)."""
    image, flow = image.float(), flow.float()
    height, width = flow.shape[-2:]
    x = torch.arange(width, dtype=torch.float32) + flow[:, 0]
    y = torch.arange(height, dtype=torch.float32)[:, None] + flow[:, 1]
    grid = torch.stack([x * (2 / max(width - 1, 1)) - 1, y * (2 / max(height - 1, 1)) - 1], -1)
    return functional.grid_sample(
        image, grid, mode="bilinear", padding_mode=padding, align_corners=align_corners
    )


def validity_mask(flow: Tensor, align_corners: bool, keeps_threshold: bool) -> Tensor:
    """1 where a bilinear sample lies inside the frame, else 0: (N, 1, H, W). Has no gradient."""
    flow = flow.detach().float()
    inside = []
    for axis, size in ((0, flow.shape[3]), (1, flow.shape[2])):
        ramp = torch.arange(size, dtype=torch.float32)
        position = flow[:, axis : axis + 1] + (ramp if axis == 0 else ramp[:, None])
        if not align_corners:
            position = position * (size / max(size - 1, 1)) - 0.5
        inside.append(torch.minimum(position + 1, size - position).clamp(0, 1))
    weight = inside[0] * inside[1]
    return (weight >= 0.999 if keeps_threshold else weight > 0.999).float()


class Correlation(torch.autograd.Function):
    """Local correlation as one banded matrix product per image row, forwards and backwards.

    Row y of the first feature is multiplied with the 2d+1 rows of the second around it; the band of each
    product is the part of the volume with that vertical displacement.
    """

    @staticmethod
    def forward(ctx: Any, first: Tensor, second: Tensor, displacement: int) -> Tensor:
        n, c, h, w = first.shape
        d, side = displacement, 2 * displacement + 1
        left = first.permute(0, 2, 3, 1).reshape(n * h, w, c)
        padded = functional.pad(second, [d] * 4)
        rows = padded.unfold(2, side, 1)  # n, c, h, w + 2d, side
        right = rows.permute(0, 2, 1, 4, 3).reshape(n * h, c, side * (w + 2 * d))
        ctx.save_for_backward(left, right)
        ctx.shape = (n, c, h, w, d)
        volume = Correlation.band(torch.bmm(left, right), n, h, w, d).reshape(n, h, w, side * side)
        return (volume / c).permute(0, 3, 1, 2)

    @staticmethod
    def band(products: Tensor, n: int, h: int, w: int, d: int) -> Tensor:
        """View (n, h, w, 2d + 1, 2d + 1) of the products (n h, w, (2d + 1) (w + 2d))."""
        side, span = 2 * d + 1, w + 2 * d
        row = side * span
        return products.as_strided((n, h, w, side, side), (h * w * row, w * row, row + 1, span, 1))

    @staticmethod
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor, Tensor, None]:
        left, right = ctx.saved_tensors
        n, c, h, w, d = ctx.shape
        side, span = 2 * d + 1, w + 2 * d
        products = torch.zeros(n * h, w, side * span, dtype=left.dtype)
        Correlation.band(products, n, h, w, d).copy_(
            (gradient / c).permute(0, 2, 3, 1).reshape(n, h, w, side, side)
        )
        first = torch.bmm(products, right.transpose(1, 2)).view(n, h, w, c).permute(0, 3, 1, 2)
        rows = torch.bmm(left.transpose(1, 2), products).view(n, h, c, side, span)
        padded = torch.zeros(n, c, h + 2 * d, span, dtype=left.dtype)
        for dy in range(side):
            padded[:, :, dy : dy + h] += rows[:, :, :, dy].permute(0, 2, 1, 3)
        return first, padded[:, :, d : d + h, d : d + w], None


def correlation(first: Tensor, second: Tensor, displacement: int) -> Tensor:
    """(N, (2d+1)^2, H, W): mean over channels of first(y, x) * second(y + dy, x + dx), zeros outside."""
    return Correlation.apply(first, second.to(first.dtype), displacement)


def box_mean(x: Tensor) -> Tensor:
    """Mean over 5x5 windows with zeros outside, one axis after the other."""
    return functional.avg_pool2d(functional.avg_pool2d(x, (5, 1), 1, (2, 0)), (1, 5), 1, (0, 2))


def sharpness_prior(
    previous: Tensor, middle: Tensor, following: Tensor, mask_previous: Tensor, mask_next: Tensor
) -> Tensor:
    """How alike the aligned frames are (N, 1, H, W in (0, 1]); no gradient, as the authors have it."""
    with torch.no_grad():
        total = sum(box_mean(frame.float() - middle) ** 2 for frame in (previous, following))
        likeness = torch.exp(-torch.sqrt((total * 0.5).sum(1, keepdim=True)))
        return likeness * (mask_previous * mask_next > 0)


# --- standard operators -----------------------------------------------------------------------------


def transposed_conv(x: Tensor, weight: Tensor, bias: Tensor, kernel: int) -> Tensor:
    """Transposed convolution of stride 2 and padding 1 that doubles the size (kernel 3 or 4).

    Written as an ordinary convolution to four phases and a pixel shuffle, which oneDNN runs many times
    faster. Output 2i takes kernel taps 1 and 3 from inputs i and i - 1, output 2i + 1 taps 2 and 0 from
    i and i + 1. `weight` (in, out, k, k).
    """
    # Taps over inputs i - 1, i, i + 1: (3, 1, none) for the even phase, (none, 2, 0) for the odd one.
    choice = torch.zeros(2, 3, max(kernel, 4))
    choice[0, 0, 3] = choice[0, 1, 1] = choice[1, 1, 2] = choice[1, 2, 0] = 1
    choice = choice[..., :kernel].reshape(6, kernel)
    inputs, channels = weight.shape[:2]
    phases = choice @ weight.contiguous() @ choice.T  # in, out, (phase y, 3), (phase x, 3)
    phases = phases.reshape(inputs, channels, 2, 3, 2, 3)
    kernels = phases.permute(1, 2, 4, 0, 3, 5).reshape(channels * 4, inputs, 3, 3)
    if kernel == 3:
        # Input i - 1 is never read.
        y = functional.conv2d(functional.pad(x, [0, 1, 0, 1]), kernels[:, :, 1:, 1:])
    else:
        y = functional.conv2d(x, kernels, padding=1)
    return functional.pixel_shuffle(y, 2) + bias.view(1, -1, 1, 1).to(y.dtype)


def space_to_depth(x: Tensor, block: int) -> Tensor:
    """ONNX SpaceToDepth: output channel (by * block + bx) * C + c."""
    n, c, h, w = x.shape
    y = x.reshape(n, c, h // block, block, w // block, block).permute(0, 2, 4, 3, 5, 1)
    return y.reshape(n, h // block, w // block, c * block * block).permute(0, 3, 1, 2)


def depth_to_space(x: Tensor, block: int) -> Tensor:
    """ONNX DepthToSpace, mode DCR: the inverse of `space_to_depth`."""
    n, c, h, w = x.shape
    y = x.reshape(n, block, block, c // (block * block), h, w).permute(0, 3, 4, 1, 5, 2)
    return y.reshape(n, c // (block * block), h * block, w * block)


Operator = Callable[[dict[str, Tensor]], Tensor]


class OnnxModule:
    """A training graph, ready to run. Calling it gives every named output of the graph.

    Outputs named in `given` are not computed but passed by the caller; only `outputs` (all others by
    default) and what they need are computed.
    `precise` names scopes whose convolutions stay in float32 under bfloat16 autocast: the path on which
    the picture itself travels, where eight bits of mantissa would show.
    """

    precise = ("recons_net.inBlock.0.0.", "recons_net.outBlock.2.weight")

    def __init__(
        self,
        file: Path | str,
        parameters: Parameters | None = None,
        given: tuple[str, ...] = (),
        outputs: tuple[str, ...] | None = None,
    ) -> None:
        model = onnx.load(str(file))
        graph = model.graph
        self.input_names = [i.name for i in graph.input]
        self.output_names = [o.name for o in graph.output]
        self.input_shape = tuple(d.dim_value for d in graph.input[0].type.tensor_type.shape.dim)
        self.shapes = {i.name: tuple(i.dims) for i in graph.initializer}
        self.parameters: Parameters = parameters if parameters is not None else {}
        if parameters is None:
            for i in graph.initializer:
                value = torch.from_numpy(numpy_helper.to_array(i).copy())
                self.parameters[i.name] = value.requires_grad_()
        for name, shape in self.shapes.items():
            found = tuple(self.parameters[name].shape) if name in self.parameters else None
            if found != shape:
                raise ValueError(f"parameter {name} has shape {found}, the graph wants {shape}")
        inner = {n.input[0]: n.output[0] for n in graph.node if n.op_type == "Identity"}
        self.given = {outer: name for name, outer in inner.items() if outer in given}
        self.constants: dict[str, np.ndarray] = {}
        self.steps: list[tuple[str, Operator]] = []
        self.output_names = list(outputs) if outputs else [n for n in self.output_names if n not in given]
        wanted = set(self.output_names)
        needed: list[onnx.NodeProto] = []
        for node in reversed(graph.node):
            if wanted & set(node.output) and not set(node.output) & set(self.given.values()):
                wanted |= set(node.input)
                needed.append(node)
        for node in reversed(needed):
            self.add(node)

    def __call__(self, **inputs: Tensor) -> dict[str, Tensor]:
        values: dict[str, Tensor] = {self.given.get(name, name): tensor for name, tensor in inputs.items()}
        for name, operator in self.steps:
            values[name] = operator(values)
        return {name: values[name] for name in self.output_names}

    def add(self, node: onnx.NodeProto) -> None:
        """Turns one node into a step."""
        a = {x.name: onnx.helper.get_attribute_value(x) for x in node.attribute}
        if node.op_type == "Constant":
            self.constants[node.output[0]] = numpy_helper.to_array(a["value"])
            return
        names = list(node.input)

        def value(index: int) -> Callable[[dict[str, Tensor]], Tensor]:
            name = names[index]
            if name in self.constants:
                constant = torch.from_numpy(self.constants[name].copy())
                return lambda values: constant
            if name in self.parameters:
                return lambda values: self.parameters[name]
            return lambda values: values[name]

        make = getattr(self, f"op_{node.op_type}", None)
        if make is None:
            raise NotImplementedError(f"operator {node.op_type} of node {node.name}")
        run = make(a, [value(i) if n else None for i, n in enumerate(names)], names)
        self.steps.append((node.output[0], run))

    # Each `op_X` gets attributes, input readers and input names, and returns the step.

    def convolution(self, function: Any, v: Any, names: Any, **options: Any) -> Operator:
        # A prefix ends in a dot; a whole name does not.
        full = any(names[1] == p or (p.endswith(".") and names[1].startswith(p)) for p in self.precise)

        def run(values: dict[str, Tensor]) -> Tensor:
            if not full:
                return function(v[0](values), v[1](values), v[2](values), **options)
            with torch.autocast("cpu", enabled=False):
                return function(v[0](values).float(), v[1](values), v[2](values), **options)

        return run

    def op_Conv(self, a: Any, v: Any, names: Any) -> Operator:
        return self.convolution(
            functional.conv2d,
            v,
            names,
            stride=tuple(a["strides"]),
            padding=tuple(a["pads"][:2]),
            dilation=tuple(a["dilations"]),
        )

    def op_ConvTranspose(self, a: Any, v: Any, names: Any) -> Operator:
        kernel, spare = a["kernel_shape"][0], a["output_padding"][0]
        if a["strides"] != [2, 2] or a["pads"] != [1] * 4 or kernel + spare != 4:
            raise NotImplementedError(f"ConvTranspose {a}")
        return self.convolution(transposed_conv, v, names, kernel=kernel)

    def op_Relu(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: functional.relu(v[0](x))

    def op_LeakyRelu(self, a: Any, v: Any, names: Any) -> Operator:
        slope = float(a["alpha"])
        return lambda x: functional.leaky_relu(v[0](x), slope)

    def op_Add(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: v[0](x) + v[1](x)

    def op_Sub(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: v[0](x) - v[1](x)

    def op_Mul(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: v[0](x) * v[1](x)

    def op_Div(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: v[0](x) / v[1](x)

    def op_Concat(self, a: Any, v: Any, names: Any) -> Operator:
        def run(x: dict[str, Tensor]) -> Tensor:
            parts = [read(x) for read in v]
            return torch.cat([p.to(parts[0].dtype) for p in parts], a["axis"])

        return run

    def op_Identity(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: v[0](x)

    def op_Pad(self, a: Any, v: Any, names: Any) -> Operator:
        amounts = [int(n) for n in self.constants[names[1]]]
        rank = len(amounts) // 2
        if [i for i, n in enumerate(amounts) if n] in ([rank], [rank + 1]):
            # Channels of zeros that fill a block for ONNX Runtime, and zero weights that meet them: here both
            # are left out.
            return lambda x: v[0](x)
        pairs = [(amounts[i], amounts[i + rank]) for i in reversed(range(rank))]
        return lambda x: functional.pad(v[0](x), [n for pair in pairs for n in pair])

    def op_Resize(self, a: Any, v: Any, names: Any) -> Operator:
        if a["mode"] != b"linear" or a["coordinate_transformation_mode"] != b"half_pixel":
            raise NotImplementedError(f"Resize {a}")
        size = [int(s) for s in self.constants[names[3]][2:]]
        return lambda x: functional.interpolate(
            v[0](x).float(), size=size, mode="bilinear", align_corners=False
        )

    def op_SpaceToDepth(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: space_to_depth(v[0](x), a["blocksize"])

    def op_DepthToSpace(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: depth_to_space(v[0](x), a["blocksize"])

    def op_Warp(self, a: Any, v: Any, names: Any) -> Operator:
        padding = a["padding"].decode()
        return lambda x: warp(v[0](x), v[1](x), bool(a["align_corners"]), padding)

    def op_ValidityMask(self, a: Any, v: Any, names: Any) -> Operator:
        align, keeps = bool(a["align_corners"]), bool(a["keeps_threshold"])
        return lambda x: validity_mask(v[0](x), align, keeps)

    def op_Correlation(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: correlation(v[0](x), v[1](x), a["max_displacement"])

    def op_SharpnessPrior(self, a: Any, v: Any, names: Any) -> Operator:
        return lambda x: sharpness_prior(*(read(x) for read in v))


# --- exporting --------------------------------------------------------------------------------------


def export_graph(
    out: Path, size: str, batch: int, height: int, width: int, node: Path | str = DEFAULT_NODE
) -> Path:
    """The training graph of CDVD-TSP for these shapes; exported once, then kept in `out`."""
    file = out / f"cdvd-tsp-{size}-{batch}x{height}x{width}.onnx"
    if not file.exists():
        out.mkdir(parents=True, exist_ok=True)
        shape = ["--batch", str(batch), "--height", str(height), "--width", str(width)]
        command = [str(node), str(HERE / "export-graph.ts"), "--network", "cdvd-tsp", "--size", size]
        subprocess.run([*command, *shape, "--output", str(file)], check=True)
    return file


def fill(parameters: Parameters, seed: int) -> None:
    """Made-up values of a sensible scale, for comparing implementations."""
    generator = torch.Generator().manual_seed(seed)
    with torch.no_grad():
        for value in parameters.values():
            fan_in = max(1, value[0].numel())
            value.copy_((torch.rand(value.shape, generator=generator) * 2 - 1) * (3 / fan_in) ** 0.5)


def reference_outputs(
    file: Path, parameters: Parameters, inputs: dict[str, Tensor], node: Path | str
) -> dict[str, np.ndarray]:
    """What onnxruntime-node makes of the same graph with the same parameters and inputs."""
    model = onnx.load(str(file))
    for initializer in model.graph.initializer:
        value = parameters[initializer.name].detach().contiguous().numpy()
        initializer.CopyFrom(numpy_helper.from_array(value, initializer.name))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder)
        onnx.save(model, str(path / "graph.onnx"))
        for name, tensor in inputs.items():
            tensor.contiguous().numpy().tofile(path / f"{name}.in")
        shapes = {name: list(tensor.shape) for name, tensor in inputs.items()}
        command = [str(node), str(HERE / "run-graph.ts"), str(path), json.dumps(shapes)]
        described = json.loads(subprocess.run(command, check=True, capture_output=True).stdout)
        return {
            name: np.fromfile(path / f"{name}.out", np.float32).reshape(dims)
            for name, dims in described.items()
        }


def largest_difference(names: Iterable[str], ours: dict[str, Tensor], theirs: dict[str, np.ndarray]) -> float:
    """Largest absolute difference over the named outputs."""
    return max(float(np.abs(ours[n].detach().float().numpy() - theirs[n]).max()) for n in names)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("command", choices=["check"])
    parser.add_argument("--node", default=str(DEFAULT_NODE), help="the Node 24 binary")
    parser.add_argument("--height", type=int, default=64)
    parser.add_argument("--width", type=int, default=80)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        file = export_graph(Path(folder), "lite", 2, arguments.height, arguments.width, arguments.node)
        module = OnnxModule(file)
        fill(module.parameters, 1)
        shape = (2, 3, arguments.height, arguments.width)
        torch.manual_seed(2)
        inputs = {name: torch.rand(shape) for name in module.input_names}
        with torch.no_grad():
            ours = module(**inputs)
        theirs = reference_outputs(file, module.parameters, inputs, arguments.node)
    for name in module.output_names:
        print(f"{name}: largest difference {largest_difference([name], ours, theirs):.2e}")


if __name__ == "__main__":
    main()
