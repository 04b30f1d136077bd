"""PVDNet (Son et al., 2021) without its flow network: what it makes of three frames and a pixel volume.

check_published.py holds it, in size medium, against the published results. Values are in [-1, 1].
"""

from __future__ import annotations

import torch
from torch import Tensor, nn

from sizes import PVDNET, PvdNetSize, pack, unpack

#: Current, previous and next frame, and the 25 candidates of the volume.
FRAME_CHANNELS, VOLUME_CHANNELS = 9, 25


def conv(inputs: int, outputs: int, kernel: int, stride: int = 1) -> nn.Conv2d:
    return nn.Conv2d(inputs, outputs, kernel, stride=stride, padding=kernel // 2)


def transform(inputs: int, outputs: int) -> nn.Sequential:
    """A feature transform layer; a residual block has the same inside."""
    return nn.Sequential(conv(inputs, outputs, 3), nn.ReLU(), conv(outputs, outputs, 3), nn.ReLU())


class PvdNet(nn.Module):
    """The U-Net, with the published parameter names below `PVDNet`."""

    def __init__(self, size: PvdNetSize = PVDNET["medium"]):
        super().__init__()
        (full, half, quarter), kernel, wide = size.channels, size.kernel, size.residual
        packed = size.packing**2
        self.PVDNet = nn.ModuleDict(
            {
                "PV_dec": transform(packed * VOLUME_CHANNELS, size.volume),
                "img_dec": transform(packed * FRAME_CHANNELS, size.frames),
                "d0": conv(size.volume + size.frames, full, kernel),
                "d1": nn.Sequential(conv(full, half, kernel, 2), nn.ReLU(), conv(half, half, kernel)),
                "temp": nn.Sequential(
                    conv(half, quarter, kernel, 2), nn.ReLU(), conv(quarter, wide, kernel), nn.ReLU()
                ),
                "RBs": nn.ModuleList(transform(wide, wide) for _ in range(size.blocks)),
                "RB_end": nn.Sequential(conv(wide, wide, 3), nn.ReLU()),
                "dconv1": nn.ConvTranspose2d(wide, half, 4, stride=2, padding=1),
                "dconv1_end": nn.Sequential(nn.ReLU(), conv(half, half, kernel), nn.ReLU()),
                "dconv2": nn.ConvTranspose2d(half, full, 4, stride=2, padding=1),
                "dconv2_end": nn.Sequential(nn.ReLU(), conv(full, full, kernel), nn.ReLU()),
                "end": conv(full, 3 * packed, kernel),
            }
        )
        self.packing = size.packing

    @torch.no_grad()
    def forward(self, frames: Tensor, volume: Tensor) -> Tensor:
        """Current, previous and next frame (N x 9 x H x W) and their volume (N x 25 x H x W) to the restored frame."""
        net = self.PVDNet
        seen = [net["PV_dec"](pack(volume, self.packing)), net["img_dec"](pack(frames, self.packing))]
        full = net["d0"](torch.cat(seen, 1))
        half = net["d1"](full)
        quarter = net["temp"](half)
        x = quarter
        for block in net["RBs"]:
            x = x + block(x)
        x = net["RB_end"](x) + quarter
        x = net["dconv1_end"](net["dconv1"](x) + half)
        x = net["dconv2_end"](net["dconv2"](x) + full)
        return frames[:, :3] + unpack(net["end"](x), self.packing)
