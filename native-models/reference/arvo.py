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

from frames import cascade, pad_frames, with_border
from pwc_net import PwcNet, sample
from sizes import ARVO, CodecSize, pack, unpack

#: The encoder halves twice.
FRAME_MULTIPLE = 4


class ResBlock(nn.Module):
    """x + conv2(relu(conv1(x))), both 5x5 in size paper."""

    def __init__(self, channels: int, kernel: int):
        super().__init__()
        self.conv1 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)
        self.conv2 = nn.Conv2d(channels, channels, kernel, padding=kernel // 2)

    def forward(self, x: Tensor) -> Tensor:
        return x + self.conv2(F.relu(self.conv1(x)))


def encoder_level(inputs: int, outputs: int, kernel: int, stride: int, blocks: int) -> nn.Sequential:
    """A convolution with ReLU, then residual blocks."""
    first = nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)
    return nn.Sequential(nn.Sequential(first, nn.ReLU()), *(ResBlock(outputs, kernel) for _ in range(blocks)))


def decoder_level(inputs: int, outputs: int, kernel: int, blocks: int) -> nn.Sequential:
    """Residual blocks, then twice the size by a transposed 3x3 convolution with ReLU."""
    up = nn.ConvTranspose2d(inputs, outputs, 3, stride=2, padding=1, output_padding=1)
    return nn.Sequential(*(ResBlock(inputs, kernel) for _ in range(blocks)), nn.Sequential(up, nn.ReLU()))


class Encoder(nn.Module):
    """Section 3.1: 32, 64 and 128 channels at the full, the half and a quarter of the resolution."""

    def __init__(self, size: CodecSize, inputs: int = 3):
        super().__init__()
        packed, (full, half, quarter), blocks = inputs * size.packing**2, size.channels, size.encoder_blocks
        self.inBlock = encoder_level(packed, full, size.kernel, 1, blocks[0])
        self.encoder_first = encoder_level(full, half, size.kernel, 2, blocks[1])
        self.encoder_second = encoder_level(half, quarter, size.kernel, 2, blocks[2])
        self.packing = size.packing

    def forward(self, frame: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        full = self.inBlock(pack(frame, self.packing))
        half = self.encoder_first(full)
        return full, half, self.encoder_second(half)


class Decoder(nn.Module):
    """The decoder half of CDVD-TSP's encoder-decoder: a quarter's 128 channels to a frame, skips added."""

    def __init__(self, size: CodecSize):
        super().__init__()
        (full, half, quarter), kernel, blocks = size.channels, size.kernel, size.decoder_blocks
        self.decoder_second = decoder_level(quarter, half, kernel, blocks[2])
        self.decoder_first = decoder_level(half, full, kernel, blocks[1])
        last = nn.Conv2d(full, 3 * size.packing**2, kernel, padding=kernel // 2)
        self.outBlock = nn.Sequential(*(ResBlock(full, kernel) for _ in range(blocks[0])), last)
        self.packing = size.packing

    def forward(self, quarter: Tensor, half: Tensor, full: Tensor) -> Tensor:
        found = self.outBlock(self.decoder_first(self.decoder_second(quarter) + half) + full)
        return unpack(found, self.packing)


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

    def __init__(self, layers: int = 3, size: CodecSize = ARVO["paper"]):
        super().__init__()
        width = size.channels[2]
        self.flow_net = PwcNet(size.flow)
        self.encoder = Encoder(size)
        self.values = nn.ModuleList(nn.Conv2d(width, width, 3, padding=1) for _ in range(layers))
        self.fusion = nn.Conv2d(width * (1 + 3 * layers if layers else 3), width, 3, padding=1)
        self.decoder = Decoder(size)
        self.multiple = FRAME_MULTIPLE * size.packing

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
        `stage1`: with more than one stage, the results of the first.
        """
        height, width = clip.shape[2:]
        frames = [frame[None] for frame in pad_frames(clip, self.multiple)]
        results = cascade(with_border(frames, stages), stages, self.stage)
        # A virtual result before the clip for every stage to come.
        found = {name: results[0][stages][name] for name in ("flow", "warped")}
        if stages > 1:
            found["stage1"] = crop(results[0][stages - 1 : 1 - stages], height, width)
        return {**found, "restored": crop(results[-1], height, width)}

    def mask_margin(self) -> float:
        """How far all warps so far were from the jump of their masks."""
        return self.flow_net.mask_margin()


def crop(results: list[dict[str, Tensor]], height: int, width: int) -> Tensor:
    """What stages have restored, without its padding."""
    return torch.cat([result["restored"] for result in results])[:, :, :height, :width]
