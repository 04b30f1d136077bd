"""CDVD-TSP (Pan, Bai, Tang, 2020) made of ARVo's parts: flow, warp with masks, sharpness prior, encoder-decoder.

check_published.py holds it, in size paper, against its published results. Frames are N x 3 x H x W in [0, 1].
"""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from arvo import FRAME_MULTIPLE, Decoder, Encoder, crop
from frames import cascade, pad_frames, with_border
from pwc_net import PwcNet, coverage, sample
from sizes import CDVD_TSP, CodecSize


class CdvdTsp(nn.Module):
    """One stage, with the published parameter names."""

    def __init__(self, size: CodecSize = CDVD_TSP["paper"]):
        super().__init__()
        self.flow_net = PwcNet(size.flow)
        self.recons_net = nn.Module()
        encoder, decoder = Encoder(size, inputs=10), Decoder(size)
        for module in (encoder, decoder):
            for name, child in module.named_children():
                setattr(self.recons_net, name, child)
        self.parts = (encoder, decoder)
        self.multiple = FRAME_MULTIPLE * size.packing
        self.margin = 1.0

    def stage(
        self, previous: Tensor, middle: Tensor, following: Tensor, align_corners: bool = True
    ) -> dict[str, Tensor]:
        """`restored`, and on the way the `flow` to the previous frame and the `prior`."""
        flows = [self.flow_net(middle, neighbour, align_corners) for neighbour in (previous, following)]
        warped, masks = [], []
        for neighbour, flow in zip((previous, following), flows):
            covered = coverage(neighbour, flow, align_corners)
            self.margin = min(self.margin, float((covered - 0.999).abs().min()))
            masks.append((covered >= 0.999).to(neighbour.dtype))
            warped.append(sample(neighbour, flow, "border", align_corners) * masks[-1])
        prior = sharpness(warped[0], middle, warped[1]) * masks[0] * masks[1]
        encoder, decoder = self.parts
        full, half, quarter = encoder(torch.cat([warped[0], middle, warped[1], prior], 1))
        return {"flow": flows[0], "prior": prior, "restored": decoder(quarter, half, full)}

    @torch.no_grad()
    def restore(self, clip: Tensor, stages: int) -> dict[str, Tensor]:
        """A clip (N x 3 x H x W) to `restored`, of the same shape; the ends are those of the published border option."""
        height, width = clip.shape[2:]
        frames = [frame[None] for frame in pad_frames(clip, self.multiple)]
        results = cascade(with_border(frames, stages), stages, self.stage)[-1]
        return {"restored": crop(results, height, width)}

    def mask_margin(self) -> float:
        """How far all warps so far were from the jump of their masks."""
        return min(self.margin, self.flow_net.mask_margin())


def sharpness(previous: Tensor, middle: Tensor, following: Tensor) -> Tensor:
    """The temporal sharpness prior, without masks."""
    means = [F.avg_pool2d(frame, 5, 1, 2) for frame in (previous, middle, following)]
    squares = sum((mean - means[1]).square() for mean in means) / 2
    return torch.exp(-squares.sum(1, keepdim=True).sqrt())
