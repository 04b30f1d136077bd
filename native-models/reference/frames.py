"""What surrounds both networks: padding to a multiple, and the ends of a clip."""

from __future__ import annotations

from typing import Callable, Sequence

import torch.nn.functional as F
from torch import Tensor


def pad_frames(frames: Tensor, multiple: int, minimum: int = 1) -> Tensor:
    """Frames (N x 3 x H x W) reflected at the right and at the bottom up to the next multiple, `minimum` at least."""
    height, width = (
        -(-max(size, minimum) // multiple) * multiple for size in (frames.shape[2], frames.shape[3])
    )
    return F.pad(frames, (0, width - frames.shape[3], 0, height - frames.shape[2]), mode="reflect")


def with_border(frames: Sequence[Tensor], count: int) -> list[Tensor]:
    """A clip with `count` frames more at either end: the list f[0:2] + f + f[-2:] of CDVD-TSP's border option.

    For `count` 2 the frame before the first is the second, and the one before that the first. For `count` 1 those next
    to the clip remain: f[1] + f + f[-2]. For `count` 3 the two go on taking turns: f[1], f[0], f[1] + f + f[-2], f[-1],
    f[-2].
    """
    before, after = list(frames[:2]) * count, list(frames[-2:]) * count
    return before[len(before) - count :] + list(frames) + after[:count]


def triples(frames: Sequence[Tensor]) -> list[tuple[Tensor, Tensor, Tensor]]:
    """Every three consecutive frames."""
    return list(zip(frames, frames[1:], frames[2:]))


def cascade(
    frames: Sequence[Tensor], stages: int, stage: Callable[..., dict[str, Tensor]]
) -> list[list[dict[str, Tensor]]]:
    """What each stage makes of every three consecutive results (`restored`) of the one before."""
    found = []
    for _ in range(stages):
        found.append([stage(*three) for three in triples(frames)])
        frames = [result["restored"] for result in found[-1]]
    return found
