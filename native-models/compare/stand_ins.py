"""What stands in, on a CPU, for the parts of published code that were written for CUDA."""

from __future__ import annotations

import importlib.util
import sys
import types

import torch
from torch.nn import functional


def without_cuda():
    """Makes everything that asks for CUDA stay on the CPU, and `grid_sample` mean what it meant to the authors."""
    torch.Tensor.cuda = lambda self, *_args, **_options: self
    torch.nn.Module.cuda = lambda self, *_args, **_options: self
    torch.cuda.FloatTensor = torch.FloatTensor
    torch.cuda.IntTensor = torch.IntTensor
    # Some code chooses its kernels by it.
    torch.version.cuda = torch.version.cuda or "11.0"
    torch.Tensor.to = keep_on_cpu(torch.Tensor.to)
    torch.nn.Module.to = keep_on_cpu(torch.nn.Module.to)
    # Before PyTorch 1.3, which the code was written for, there was only one meaning.
    sample = functional.grid_sample

    def grid_sample(input, grid, mode="bilinear", padding_mode="zeros", align_corners=True):
        return sample(input, grid, mode, padding_mode, align_corners)

    functional.grid_sample = grid_sample


def keep_on_cpu(move):
    def moved(self, *args, **options):
        args = ["cpu" if is_cuda(each) else each for each in args]
        options = {name: "cpu" if is_cuda(each) else each for name, each in options.items()}
        return move(self, *args, **options)

    return moved


def is_cuda(value):
    return isinstance(value, (str, torch.device)) and str(value).startswith("cuda")


def register(name, **members):
    """Puts a module of that name in the place of the checkout's own."""
    module = types.ModuleType(name)
    module.__dict__.update(members)
    sys.modules[name] = module


def register_missing(name, **members):
    """The same, only where this Python has no such module."""
    if importlib.util.find_spec(name) is None:
        register(name, **members)


def correlation_49(tensorFirst, tensorSecond, intStride):
    """Every `intStride`-th place of the first with places up to three strides away in the second."""
    reach = 3 * intStride
    padded = functional.pad(tensorSecond, (reach, reach, reach, reach))
    first = tensorFirst[:, :, ::intStride, ::intStride]
    height, width = tensorFirst.shape[2:]
    return torch.cat(
        [
            (
                first
                * padded[
                    :,
                    :,
                    dy * intStride : dy * intStride + height : intStride,
                    dx * intStride : dx * intStride + width : intStride,
                ]
            ).mean(1, keepdim=True)
            for dy in range(7)
            for dx in range(7)
        ],
        1,
    )


def correlation_81(tensorFirst, tensorSecond):
    """Mean over channels of the first at a place times the second up to four pixels away, rows of places first."""
    height, width = tensorFirst.shape[2:]
    padded = functional.pad(tensorSecond, (4, 4, 4, 4))
    return torch.cat(
        [
            (tensorFirst * padded[:, :, dy : dy + height, dx : dx + width]).mean(1, keepdim=True)
            for dy in range(9)
            for dx in range(9)
        ],
        1,
    )


class ModulatedDeformConvFunction:
    """Deformable convolution, version 2, by torchvision."""

    @staticmethod
    def apply(input, offset, mask, weight, bias, stride, padding, dilation, _groups, _deformable_groups, _step):
        from torchvision.ops import deform_conv2d

        return deform_conv2d(input, offset, weight, bias, stride, padding, dilation, mask)
