"""PWC-Net (Sun et al., 2018) as published with CDVD-TSP: optical flow between two frames.

Written from the facts noted beside the published fixtures; check_published.py holds it against them. Frames are
N x 3 x H x W in [0, 1], flows N x 2 x H x W in pixels, channel 0 to the right, channel 1 down.
"""

from __future__ import annotations

from typing import Optional, Sequence

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from sizes import PWC_PAPER, PwcSize

SLOPE = 0.1
#: How far the correlation looks, in pixels of its level.
RANGE = 4
#: By how much a flow is multiplied at levels 2 to 5 to be in pixels there; 20 at full resolution.
SCALES = {5: 0.625, 4: 1.25, 3: 2.5, 2: 5.0}


def sample(image: Tensor, flow: Tensor, padding: str, align_corners: bool = True) -> Tensor:
    """The image at (x + u, y + v), bilinear; `padding` is `zeros` or `border`.

    The grid counts from the first pixel's centre to the last one's in either case; with `align_corners` False the
    sampler takes it for the outer edges, so that a flow of zero is not the identity.
    """
    height, width = image.shape[2:]
    y, x = torch.meshgrid(
        torch.arange(height, dtype=image.dtype), torch.arange(width, dtype=image.dtype), indexing="ij"
    )
    grid_x = (x + flow[:, 0]) * (2 / (width - 1)) - 1
    grid_y = (y + flow[:, 1]) * (2 / (height - 1)) - 1
    grid = torch.stack([grid_x, grid_y], 3)
    return F.grid_sample(image, grid, mode="bilinear", padding_mode=padding, align_corners=align_corners)


def coverage(features: Tensor, flow: Tensor, align_corners: bool = True) -> Tensor:
    """How much of each sample lies inside, 0 to 1: N x 1 x H x W."""
    return sample(torch.ones_like(features[:, :1]), flow, "zeros", align_corners)


def warp_features(features: Tensor, flow: Tensor, align_corners: bool = True) -> Tensor:
    """Features sampled along the flow; zero where a thousandth or more of a sample lies outside."""
    inside = coverage(features, flow, align_corners) > 0.999
    return sample(features, flow, "zeros", align_corners) * inside.to(features.dtype)


def correlate(first: Tensor, second: Tensor) -> Tensor:
    """81 channels, (dy + 4) * 9 + dx + 4: the mean over channels of first(y, x) * second(y + dy, x + dx).

    Zeros outside.
    """
    height, width = first.shape[2:]
    padded = F.pad(second, (RANGE,) * 4)
    shifts = range(2 * RANGE + 1)
    return torch.stack(
        [(first * padded[:, :, j : j + height, i : i + width]).mean(1) for j in shifts for i in shifts], 1
    )


def layers(*convolutions: nn.Conv2d) -> nn.Sequential:
    """Each convolution with a leaky ReLU after it."""
    return nn.Sequential(*(part for conv in convolutions for part in (conv, nn.LeakyReLU(SLOPE))))


def conv(inputs: int, outputs: int, stride: int = 1, rate: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, 3, stride=stride, padding=rate, dilation=rate)


class Extractor(nn.Module):
    """Features on levels 1 to 6, each half the size of the one before."""

    NAMES = ("moduleOne", "moduleTwo", "moduleThr", "moduleFou", "moduleFiv", "moduleSix")

    def __init__(self, widths: Sequence[int]):
        super().__init__()
        for name, inputs, width in zip(self.NAMES, (3, *widths), widths):
            setattr(self, name, layers(conv(inputs, width, stride=2), conv(width, width), conv(width, width)))

    def forward(self, frame: Tensor) -> list[Tensor]:
        levels = []
        for name in self.NAMES:
            frame = getattr(self, name)(frame)
            levels.append(frame)
        return levels


class Decoder(nn.Module):
    """The flow of one level, from the correlation and, but on the coarsest, from the level before."""

    def __init__(self, level: int, dense: Sequence[int], first_channels: int, before_channels: int):
        super().__init__()
        self.level = level
        #: The smallest distance so far of a sample's coverage from the jump of the mask, as `mask_margin` explains.
        self.margin = 1.0
        channels = 81
        if level < 6:
            self.moduleUpflow = nn.ConvTranspose2d(2, 2, 4, stride=2, padding=1)
            self.moduleUpfeat = nn.ConvTranspose2d(before_channels, 2, 4, stride=2, padding=1)
            channels += first_channels + 4
        for name, width in zip(("One", "Two", "Thr", "Fou", "Fiv"), dense):
            setattr(self, f"module{name}", layers(conv(channels, width)))
            channels += width
        self.moduleSix = nn.Sequential(conv(channels, 2))
        self.channels = channels

    def forward(
        self, first: Tensor, second: Tensor, before: Optional[tuple[Tensor, Tensor]], align_corners: bool
    ) -> tuple[Tensor, Tensor]:
        """(flow, features) of this level; the features are those of all layers, the newest first."""
        if before is None:
            x = F.leaky_relu(correlate(first, second), SLOPE)
        else:
            flow, features = self.moduleUpflow(before[0]), self.moduleUpfeat(before[1])
            scaled = flow * SCALES[self.level]
            warped = warp_features(second, scaled, align_corners)
            distance = (coverage(second, scaled, align_corners) - 0.999).abs().min()
            self.margin = min(self.margin, float(distance))
            x = torch.cat([F.leaky_relu(correlate(first, warped), SLOPE), first, flow, features], 1)
        for layer in (self.moduleOne, self.moduleTwo, self.moduleThr, self.moduleFou, self.moduleFiv):
            x = torch.cat([layer(x), x], 1)
        return self.moduleSix(x), x


class Refiner(nn.Module):
    """The context network: dilated convolutions that correct the finest flow."""

    RATES = (1, 2, 4, 8, 16, 1)

    def __init__(self, channels: int, widths: Sequence[int]):
        super().__init__()
        plan = zip((channels, *widths), widths, self.RATES)
        body = layers(*(conv(inputs, outputs, rate=rate) for inputs, outputs, rate in plan))
        self.moduleMain = nn.Sequential(*body, conv(widths[-1], 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.moduleMain(x)


class Network(nn.Module):
    """The published modules; sizes are multiples of 64."""

    def __init__(self, size: PwcSize):
        super().__init__()
        widths, dense = size.pyramid, size.dense
        self.moduleExtractor = Extractor(widths)
        self.moduleSix = Decoder(6, dense, widths[5], 0)
        self.moduleFiv = Decoder(5, dense, widths[4], self.moduleSix.channels)
        self.moduleFou = Decoder(4, dense, widths[3], self.moduleFiv.channels)
        self.moduleThr = Decoder(3, dense, widths[2], self.moduleFou.channels)
        self.moduleTwo = Decoder(2, dense, widths[1], self.moduleThr.channels)
        self.moduleRefiner = Refiner(self.moduleTwo.channels, size.context)

    def forward(self, first: Tensor, second: Tensor, align_corners: bool) -> Tensor:
        """The flow at a quarter of the size, in twentieths of a pixel of the full size."""
        firsts, seconds = self.moduleExtractor(first), self.moduleExtractor(second)
        found = None
        for decoder in (self.moduleSix, self.moduleFiv, self.moduleFou, self.moduleThr, self.moduleTwo):
            index = decoder.level - 1
            found = decoder(firsts[index], seconds[index], found, align_corners)
        flow, features = found
        return flow + self.moduleRefiner(features)


class PwcNet(nn.Module):
    """Frames of any size to the flow from the first to the second."""

    def __init__(self, size: PwcSize = PWC_PAPER):
        super().__init__()
        self.moduleNetwork = Network(size)

    def forward(self, first: Tensor, second: Tensor, align_corners: bool = True) -> Tensor:
        height, width = first.shape[2:]
        size = [-(-length // 64) * 64 for length in (height, width)]
        resized = [F.interpolate(x, size, mode="bilinear", align_corners=False) for x in (first, second)]
        flow = 20 * self.moduleNetwork(*resized, align_corners)
        flow = F.interpolate(flow, (height, width), mode="bilinear", align_corners=False)
        return flow * flow.new_tensor([width / size[1], height / size[0]])[:, None, None]

    def mask_margin(self) -> float:
        """How far all warps so far were from the jump at 0.999: where it is tiny, noise may move a result by much."""
        return min(part.margin for part in self.modules() if isinstance(part, Decoder))
