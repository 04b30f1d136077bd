"""The widths of both sizes. A size is data: `paper` is what the papers say, `lite` the same, narrower."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Sequence

import torch
from torch import Tensor


@dataclass(frozen=True)
class PwcSize:
    """PWC-Net: channels of the pyramid, of a decoder's dense layers and of the context network."""

    pyramid: Sequence[int]
    dense: Sequence[int]
    context: Sequence[int]


@dataclass(frozen=True)
class CodecSize:
    """An encoder and a decoder at the full, the half and a quarter of the resolution.

    `packing`: frames are packed packing x packing into channels before (1: not at all).
    """

    flow: PwcSize
    packing: int
    channels: Sequence[int]
    kernel: int
    encoder_blocks: Sequence[int]
    decoder_blocks: Sequence[int]


@dataclass(frozen=True)
class MlfaSize:
    """MLFA: the first stage's layers, and the four levels of the second with their residual blocks."""

    entry: int
    wide: int
    blocks: int
    branch: int
    up: int
    exit: int
    levels: Sequence[int]
    level_blocks: int
    last: int


@dataclass(frozen=True)
class PvdNetSize:
    """PVDNet: feature transforms of the volume and of the frames, the U-Net and its residual blocks."""

    packing: int
    volume: int
    frames: int
    channels: Sequence[int]
    residual: int
    blocks: int
    kernel: int


PWC_PAPER = PwcSize((16, 32, 64, 96, 128, 196), (128, 128, 96, 64, 32), (128, 128, 128, 96, 64, 32))
PWC_LITE = PwcSize((16, 16, 32, 48, 64, 80), (32, 32, 16, 16, 16), (32, 32, 32, 16, 16, 16))

ARVO = {
    "paper": CodecSize(PWC_PAPER, 1, (32, 64, 128), 5, (5, 5, 5), (3, 3, 3)),
    "lite": CodecSize(PWC_LITE, 2, (32, 48, 64), 3, (2, 2, 3), (1, 1, 2)),
}

CDVD_TSP = {
    "paper": CodecSize(PWC_PAPER, 1, (32, 64, 128), 5, (3, 3, 3), (3, 3, 3)),
    "lite": CodecSize(PWC_LITE, 2, (48, 80, 112), 3, (2, 2, 3), (2, 2, 3)),
}

MLFA = {
    "paper": MlfaSize(64, 256, 20, 128, 128, 64, (64, 128, 256, 512), 3, 64),
    "lite": MlfaSize(16, 64, 4, 32, 32, 16, (32, 48, 64, 96), 1, 16),
}

PVDNET = {
    "small": PvdNetSize(1, 32, 16, (32, 32, 64), 64, 6, 5),
    "medium": PvdNetSize(1, 64, 32, (64, 64, 128), 128, 12, 5),
    "large": PvdNetSize(1, 64, 32, (64, 64, 128), 192, 24, 5),
    "lite": PvdNetSize(2, 32, 32, (48, 80, 112), 112, 4, 3),
}


def pack(frames: Tensor, block: int) -> Tensor:
    """Blocks of pixels as channels: channel (dy * block + dx) * C + c of N x (C block^2) x H/block x W/block."""
    parts = [frames[:, :, dy::block, dx::block] for dy in range(block) for dx in range(block)]
    return torch.cat(parts, 1)


def unpack(packed: Tensor, block: int) -> Tensor:
    """The inverse of `pack`."""
    count, channels, height, width = packed.shape
    frames = packed.new_empty(count, channels // block**2, height * block, width * block)
    for index, part in enumerate(packed.chunk(block**2, 1)):
        frames[:, :, index // block :: block, index % block :: block] = part
    return frames
