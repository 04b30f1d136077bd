"""ARVo (Li et al., 2021): warped neighbours, all-range correlation volumes, cascaded stages of shared weights.

Written from the paper and from the decisions below where it is silent. Frames are N x 3 x H x W in [0, 1]; a stage
turns three consecutive frames into the middle one.

Decisions:
- PWC-Net and the bilinear warp (border values outside) of CDVD-TSP; encoder and decoder made of its blocks.
- Level k pools with a kernel and stride of 2^k. Where that does not divide the feature, the remaining rows and columns
  count too, for all of the range is to be compared.
- The convolution of the values has no activation, that of the fusion a ReLU, as every convolution that leads into
  residual blocks in CDVD-TSP and in the reconstruction network that the paper follows.
- Without a pyramid the three features themselves are fused, the reference first.
- Results are not clipped between stages. The ends of a clip are CDVD-TSP's.
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from frames import pad_frames, triples, with_border
from pwc_net import PwcNet, sample

#: The encoder halves twice.
FRAME_MULTIPLE = 4


class ResBlock(nn.Module):
    """x + conv2(relu(conv1(x))), both 5x5."""

    def __init__(self, channels: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, 5, padding=2)
        self.conv2 = nn.Conv2d(channels, channels, 5, padding=2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


def encoder_level(inputs: int, outputs: int, stride: int, blocks: int) -> nn.Sequential:
    """A 5x5 convolution with ReLU, then residual blocks."""
    first = nn.Sequential(nn.Conv2d(inputs, outputs, 5, stride=stride, padding=2), nn.ReLU())
    return nn.Sequential(first, *(ResBlock(outputs) for _ in range(blocks)))


def decoder_level(inputs: int, outputs: int) -> nn.Sequential:
    """Three residual blocks, then twice the size by a transposed 3x3 convolution with ReLU."""
    up = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)
    return nn.Sequential(*(ResBlock(inputs) for _ in range(3)), nn.Sequential(up, nn.ReLU()))


class Encoder(nn.Module):
    """Section 3.1: 32, 64 and 128 channels at the full, the half and a quarter of the resolution."""

    def __init__(self, inputs: int = 3, blocks: int = 5):
        super().__init__()
        self.inBlock = encoder_level(inputs, 32, 1, blocks)
        self.encoder_first = encoder_level(32, 64, 2, blocks)
        self.encoder_second = encoder_level(64, 128, 2, blocks)

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        full = self.inBlock(frame)
        half = self.encoder_first(full)
        return full, half, self.encoder_second(half)


class Decoder(nn.Module):
    """The decoder half of CDVD-TSP's encoder-decoder: a quarter's 128 channels to a frame, skips added."""

    def __init__(self):
        super().__init__()
        self.decoder_second = decoder_level(128, 64)
        self.decoder_first = decoder_level(64, 32)
        self.outBlock = nn.Sequential(*(ResBlock(32) for _ in range(3)), nn.Conv2d(32, 3, 5, padding=2))

    def forward(self, quarter: Tensor, half: Tensor, full: Tensor) -> Tensor:
        return self.outBlock(self.decoder_first(self.decoder_second(quarter) + half) + full)


def aggregate(reference: Tensor, pooled: Tensor, values: Tensor) -> Tensor:
    """Equations 2 to 4 with the whole volume: N x C x H' x W', and C x h x w of the pooled source and of its values.

    C_xyuv = exp(sum over c of reference_xyc * pooled_uvc), divided by its sum over u and v;
    rho_xy = sum over u and v of C_xyuv phi_uv.
    """
    volume = torch.einsum("ncyx,ncvu->nyxvu", reference, pooled).exp()
    normalised = volume / volume.sum((3, 4), keepdim=True)
    return torch.einsum("nyxvu,ncvu->ncyx", normalised, values)


class Arvo(nn.Module):
    """One stage, with the parameter names of this project's weight files; `layers` is the paper's L."""

    def __init__(self, layers: int = 3):
        super().__init__()
        self.flow_net = PwcNet()
        self.encoder = Encoder()
        self.values = nn.ModuleList(nn.Conv2d(128, 128, 3, padding=1) for _ in range(layers))
        self.fusion = nn.Conv2d(128 * (1 + 3 * layers if layers else 3), 128, 3, padding=1)
        self.decoder = Decoder()

    def aggregated(self, reference: Tensor, source: Tensor) -> list[Tensor]:
        """Equation 5, not yet concatenated: what the source has for the reference, on the levels 1 to L."""
        found = []
        for level, phi in enumerate(self.values, start=1):
            pooled = F.max_pool2d(source, 2**level, ceil_mode=True)
            found.append(aggregate(reference, pooled, phi(pooled)))
        return found

    def stage(self, previous: Tensor, middle: Tensor, following: Tensor) -> dict[str, Tensor]:
        """`restored`, and on the way the `flow` to either neighbour and both neighbours `warped`."""
        flows = [self.flow_net(middle, neighbour) for neighbour in (previous, following)]
        warped = [sample(x, flow, "border") for x, flow in zip((previous, following), flows)]
        full, half, reference = self.encoder(middle)
        before, after = (self.encoder(frame)[2] for frame in warped)
        if self.values:
            sources = (before, reference, after)
            fused = [reference, *(level for source in sources for level in self.aggregated(reference, source))]
        else:
            fused = [reference, before, after]
        restored = self.decoder(F.relu(self.fusion(torch.cat(fused, 1))), half, full)
        return {"flow": torch.cat(flows), "warped": torch.cat(warped), "restored": restored}

    @torch.no_grad()
    def restore(self, clip: Tensor, stages: int) -> dict[str, Tensor]:
        """A clip (N x 3 x H x W) to `restored`, of the same shape, and to what is on the way.

        `flow` and `warped`: of the first stage for the clip's second frame, previous neighbour first.
        `stage1`: with two stages, the results of the first.
        """
        height, width = clip.shape[2:]
        padded = pad_frames(clip, FRAME_MULTIPLE)
        frames = with_border([frame[None] for frame in padded], stages)
        found = {}
        for stage in range(1, stages + 1):
            results = [self.stage(*three) for three in triples(frames)]
            frames = [result["restored"] for result in results]
            if stage == 1:
                # A virtual result before the clip for every stage to come.
                found = {name: results[stages][name] for name in ("flow", "warped")}
                if stages > 1:
                    found["stage1"] = torch.cat(frames[stages - 1 : 1 - stages])[:, :, :height, :width]
        return {**found, "restored": torch.cat(frames)[:, :, :height, :width]}
