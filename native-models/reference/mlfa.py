"""MLFA (Brehm, Scherer, Lienhart, 2020): single-image deblurring, then fusion of three results on four levels.

Written from the paper and from the decisions below where it is silent. Frames are N x 3 x H x W in [-1, 1].

Decisions:
- Leaky ReLU of 0.2 after every convolution but the outputs, transposed ones and both of a residual block included.
- Reflection padding of all convolutions (transposed ones cannot have it); a learned scale per channel before the bias.
- Results are clipped neither between the stages nor at the end.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from frames import pad_frames, triples, with_border
from sizes import MLFA, MlfaSize

SLOPE = 0.2
#: Four strided levels in the second stage.
FRAME_MULTIPLE = 16
#: Reflection by one pixel needs two on the coarsest level.
FRAME_MINIMUM = 32


class ScaledConv(nn.Module):
    """y = act(scale * (w * x) + bias), of the size of x divided by the stride; reflection padding."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, rate: int = 1, act: bool = True):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(outputs, inputs, kernel, kernel))
        self.scale = nn.Parameter(torch.empty(outputs))
        self.bias = nn.Parameter(torch.empty(outputs))
        self.stride, self.rate, self.act = stride, rate, act

    def forward(self, x: Tensor) -> Tensor:
        margin = self.rate * (self.weight.shape[2] // 2)
        padded = F.pad(x, (margin,) * 4, mode="reflect")
        y = F.conv2d(padded, self.weight, stride=self.stride, dilation=self.rate)
        y = y * self.scale[:, None, None] + self.bias[:, None, None]
        return F.leaky_relu(y, SLOPE) if self.act else y


class ScaledDeconv(nn.Module):
    """The transposed convolution of 4x4, stride 2: twice the size; scale, bias and activation as above."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.weight = nn.Parameter(torch.empty(inputs, outputs, 4, 4))
        self.scale = nn.Parameter(torch.empty(outputs))
        self.bias = nn.Parameter(torch.empty(outputs))

    def forward(self, x: Tensor) -> Tensor:
        y = F.conv_transpose2d(x, self.weight, stride=2, padding=1)
        return F.leaky_relu(y * self.scale[:, None, None] + self.bias[:, None, None], SLOPE)


class AtrousBlock(nn.Module):
    """Figure 2: four parallel 3x3 convolutions of the rates 1 to 4, concatenated, merged, added to the input."""

    def __init__(self, channels: int, filters: int):
        super().__init__()
        self.rate1 = ScaledConv(channels, filters, rate=1)
        self.rate2 = ScaledConv(channels, filters, rate=2)
        self.rate3 = ScaledConv(channels, filters, rate=3)
        self.rate4 = ScaledConv(channels, filters, rate=4)
        self.merge = ScaledConv(4 * filters, channels)

    def forward(self, x: Tensor) -> Tensor:
        views = [self.rate1(x), self.rate2(x), self.rate3(x), self.rate4(x)]
        return x + self.merge(torch.cat(views, 1))


class Stage1(nn.Module):
    """Figure 4: one frame to its restored one, at half resolution between the second layer and the deconvolution."""

    def __init__(self, size: MlfaSize):
        super().__init__()
        self.entry = ScaledConv(3, size.entry, kernel=9)
        self.down = ScaledConv(size.entry, size.wide, stride=2)
        self.blocks = nn.ModuleList(AtrousBlock(size.wide, size.branch) for _ in range(size.blocks))
        self.up = ScaledDeconv(size.wide, size.up)
        self.exit = ScaledConv(size.up, size.exit)
        self.output = ScaledConv(size.exit, 3, act=False)

    def forward(self, frame: Tensor) -> Tensor:
        x = self.down(self.entry(frame))
        for block in self.blocks:
            x = block(x)
        return frame + self.output(self.exit(self.up(x)))


class ResidualBlock(nn.Module):
    """Two consecutive 3x3 convolutions, added to the input."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = ScaledConv(channels, channels)
        self.conv2 = ScaledConv(channels, channels)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(self.conv1(x))


class Fusion(nn.Module):
    """Figure 5, bottom: the features of t-1, t, t+1 on one level (N x C x h x w each) to one block of C channels."""

    def __init__(self, channels: int, blocks: int):
        super().__init__()
        self.merge = ScaledConv(3 * channels, channels)
        self.blocks = nn.ModuleList(ResidualBlock(channels) for _ in range(blocks))

    def forward(self, previous: Tensor, middle: Tensor, following: Tensor) -> Tensor:
        x = self.merge(weigh(previous, middle, following))
        for block in self.blocks:
            x = block(x)
        return x


def weigh(previous: Tensor, middle: Tensor, following: Tensor) -> Tensor:
    """Unit vectors per pixel, the neighbours times their cosine with the middle (Eq. 1), concatenated as in time."""
    before, here, after = (x / x.square().sum(1, keepdim=True).sqrt() for x in (previous, middle, following))
    likeness = [(neighbour * here).sum(1, keepdim=True) for neighbour in (before, after)]
    return torch.cat([before * likeness[0], here, after * likeness[1]], 1)


class Stage2(nn.Module):
    """Figure 5, top: three results of stage 1 to the restored middle one."""

    def __init__(self, size: MlfaSize):
        super().__init__()
        widths = size.levels
        self.extractor = nn.ModuleList(
            ScaledConv(inputs, outputs, stride=2) for inputs, outputs in zip((3, *widths), widths)
        )
        self.levels = nn.ModuleList(Fusion(width, size.level_blocks) for width in widths)
        self.up = nn.ModuleList(ScaledDeconv(width, finer) for width, finer in zip(widths, (size.last, *widths)))
        self.output = ScaledConv(size.last, 3, act=False)

    def features(self, frame: Tensor) -> list[Tensor]:
        """Features at a half, a quarter, an eighth and a sixteenth of the frame's size."""
        levels = []
        for layer in self.extractor:
            frame = layer(frame)
            levels.append(frame)
        return levels

    def forward(self, previous: Tensor, middle: Tensor, following: Tensor) -> Tensor:
        features = [self.features(frame) for frame in (previous, middle, following)]
        fused = [level(*views) for level, views in zip(self.levels, zip(*features))]
        x = fused[3]
        for level in (2, 1, 0):
            x = fused[level] + self.up[level + 1](x)
        return middle + self.output(self.up[0](x))


class Mlfa(nn.Module):
    """Both stages, with the parameter names of this project's weight files."""

    def __init__(self, size: MlfaSize = MLFA["paper"]):
        super().__init__()
        self.stage1 = Stage1(size)
        self.stage2 = Stage2(size)

    @torch.no_grad()
    def restore(self, clip: Tensor, stages: int) -> dict[str, Tensor]:
        """A clip (N x 3 x H x W in [0, 1]) to `restored`, of the same kind, and with two stages to what is on the way.

        `stage1`: the results of the first stage. `stage1_padded`: the first of them with its padding.
        `coarsest`: the features of that one on the fourth level.
        """
        height, width = clip.shape[2:]
        results = [self.stage1(frame[None]) for frame in pad_frames(clip, FRAME_MULTIPLE, FRAME_MINIMUM) * 2 - 1]
        found = {}
        if stages == 2:
            found["stage1"] = crop(torch.cat(results), height, width)
            found["stage1_padded"] = (results[0] + 1) / 2
            found["coarsest"] = self.stage2.features(results[0])[3]
            results = [self.stage2(*three) for three in triples(with_border(results, 1))]
        return {**found, "restored": crop(torch.cat(results), height, width)}


def crop(frames: Tensor, height: int, width: int) -> Tensor:
    """Padded frames in [-1, 1] to frames in [0, 1] of their own size."""
    return ((frames + 1) / 2)[:, :, :height, :width]
