"""Validation clips: real footage with synthesised blur, the same footage sharp, and held-out photographs.

Real footage is reduced two times (so that it is crisp at the pixel), its frame rate is raised eight
times by motion interpolation (ffmpeg's minterpolate), and N neighbouring frames are averaged in linear
light (gamma 2.2) around a frame of the original recording, which is the ground truth. "shaken" clips are
also moved along a camera path while the shutter is open.

    python3 validation_data.py --media MEDIA --photos PHOTOS --out runs/validation
"""

from __future__ import annotations

import argparse
import subprocess
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch

from blur_data import (
    Layer,
    PhotoLibrary,
    expose,
    look,
    random_path,
    reach,
    render,
)
from blur_data import linear_to_srgb as srgb
from PIL import Image

INTERPOLATED = 8
"""Frames made from one by motion interpolation."""


@dataclass(frozen=True)
class Recipe:
    """One clip. `averaged` counts interpolated frames; `stride` original frames lie between results."""

    name: str
    source: str
    first: int
    averaged: int
    stride: int
    shake: float = 0.0  # camera path, px per result
    height: int = 360  # of the reduced footage
    side: int = 256  # of the square cut out
    left: float = 0.5  # where it is cut out, 0 .. 1
    count: int = 8  # results


RECIPES = (
    Recipe("stream-9", "stream_360p_audio_tiny.mp4", 8, 9, 1, height=270),
    Recipe("stream-17", "stream_360p_audio_tiny.mp4", 30, 17, 2, height=270),
    Recipe("stream-33", "stream_360p_audio_tiny.mp4", 16, 33, 4, height=270),
    Recipe("butterfly-5", "butterfly_720p_audio.mp4", 60, 5, 1),
    Recipe("butterfly-17", "butterfly_720p_audio.mp4", 120, 17, 2),
    Recipe("hand-9", "hand_portrait_rotated.mp4", 24, 9, 1, height=480),
    Recipe("hand-33", "hand_portrait_rotated.mp4", 60, 33, 4, height=480),
    Recipe("cups-9", "cups_720p.mp4", 30, 9, 1),
    Recipe("cups-17", "cups_720p.mp4", 60, 17, 2),
    Recipe("cups-shaken-5", "cups_720p.mp4", 60, 9, 1, shake=5.0, left=0.2),
    Recipe("cups-shaken-10", "cups_720p.mp4", 90, 9, 1, shake=10.0, left=0.7),
    Recipe("stream-shaken-6", "stream_360p_audio_tiny.mp4", 40, 9, 1, shake=6.0, height=270, side=224),
    Recipe("butterfly-shaken-4", "butterfly_720p_audio.mp4", 30, 9, 1, shake=4.0, left=0.7),
    Recipe("stream-sharp", "stream_360p_audio_tiny.mp4", 8, 1, 1, height=270),
    Recipe("butterfly-sharp", "butterfly_720p_audio.mp4", 60, 1, 1),
    Recipe("hand-sharp", "hand_portrait_rotated.mp4", 60, 1, 1, height=480),
    Recipe("cups-sharp", "cups_720p.mp4", 30, 1, 1),
    Recipe("cups-sharp-full-scale", "cups_720p.mp4", 30, 1, 1, height=720),
)


def read_frames(file: Path, first: int, count: int, height: int, factor: int) -> np.ndarray:
    """`count` frames from `first`, reduced to `height`, with `factor` frames made of each: (N, H, W, 3)."""
    filters = [f"trim=start_frame={first}:end_frame={first + count}", "setpts=PTS-STARTPTS"]
    filters += [f"scale=-2:{height}:flags=lanczos"]
    if factor > 1:
        filters += [f"fps=30,minterpolate=fps={30 * factor}:mi_mode=mci:mc_mode=aobmc:me_mode=bidir:vsbmc=1"]
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-vf", ",".join(filters)]
    raw = subprocess.run(
        [*command, "-fps_mode", "passthrough", "-pix_fmt", "rgb24", "-f", "rawvideo", "-"],
        check=True,
        capture_output=True,
    ).stdout
    width = frame_width(file, height)
    return np.frombuffer(raw, np.uint8).reshape(-1, height, width, 3)


def frame_width(file: Path, height: int) -> int:
    """Width that ffmpeg gives the footage when it reduces it to `height` (rotation applied)."""
    command = ["ffmpeg", "-v", "error", "-i", str(file), "-frames:v", "1"]
    png = subprocess.run(
        [*command, "-vf", f"scale=-2:{height}", "-f", "image2pipe", "-c:v", "ppm", "-"],
        check=True,
        capture_output=True,
    ).stdout
    return int(png.split(maxsplit=3)[1])


def footage_clip(media: Path, recipe: Recipe, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Blurry and sharp uint8 (N, 3, H, W) of one recipe."""
    factor = INTERPOLATED if recipe.averaged > 1 else 1
    half = recipe.averaged // 2
    lead = -(-half // INTERPOLATED) + 1
    needed = (recipe.count - 1) * recipe.stride + 2 * lead + 2
    frames = read_frames(media / recipe.source, recipe.first - lead, needed, recipe.height, factor)
    side = min(recipe.side, frames.shape[1], frames.shape[2])
    left = int((frames.shape[2] - side) * recipe.left)
    top = (frames.shape[1] - side) // 2
    stack = torch.from_numpy(frames[:, top : top + side, left : left + side].copy()).permute(0, 3, 1, 2)
    rng = np.random.default_rng(seed)
    size = side
    path = random_path(rng, recipe.shake, side)
    if recipe.shake:
        size = side - 32
        while 2 * reach(path, size) > side - 2:
            size -= 8
        size -= size % 8
    blurry, sharp = [], []
    for i in range(recipe.count):
        centre = (lead + i * recipe.stride) * factor
        window = stack[centre - half : centre + half + 1].float().div(255)
        if recipe.shake:
            # The path's five frames are walked once over the whole clip, and back.
            clock = i - (recipe.count - 1) / 2
            fine = np.linspace(-half, half, 25)
            seen = [
                look(window[round(t) + half] ** 2.2, path, np.array([clock / 2 + t / INTERPOLATED / 2]), size)[0]
                for t in fine
            ]
            blur = torch.stack(seen).mean(0).clamp(0, 1) ** (1 / 2.2)
            truth = look(window[half] ** 2.2, path, np.array([clock / 2]), size)[0].clamp(0, 1) ** (1 / 2.2)
        else:
            blur = (window**2.2).mean(0) ** (1 / 2.2)
            truth = window[half]
        blurry.append((blur * 255).round().byte())
        sharp.append((truth * 255).round().byte())
    return torch.stack(blurry).numpy(), torch.stack(sharp).numpy()


def photo_clip(photos: PhotoLibrary, seed: int, speed: float, side: int = 256) -> tuple[np.ndarray, np.ndarray]:
    """Seven frames of a held-out photograph moved along a camera path with a shutter of 0.8."""
    rng = np.random.default_rng(seed)
    path = random_path(rng, speed, side)
    layer = Layer(photos.scene(rng, int(3.2 * reach(path, side)), 0.6), path)
    blurry, sharp = [], []
    for t in np.arange(7) - 3.0:
        blurry.append(expose(render([layer], t + np.linspace(-0.4, 0.4, 25), side)))
        sharp.append(srgb(render([layer], np.array([t]), side)[0]))
    pack = [(torch.stack(x) * 255).round().byte().numpy() for x in (blurry, sharp)]
    return pack[0], pack[1]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--media", type=Path, required=True, help="folder of real footage")
    parser.add_argument("--photos", type=Path, required=True, help="folder of sharp photographs")
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    arguments.out.mkdir(parents=True, exist_ok=True)
    clips = {r.name: footage_clip(arguments.media, r, i) for i, r in enumerate(RECIPES)}
    photos = PhotoLibrary(arguments.photos, held_out=True)
    for i, speed in enumerate((4.0, 8.0, 12.0, 16.0)):
        clips[f"photo-{speed:g}"] = photo_clip(photos, 100 + i, speed)
    for name, (blurry, sharp) in clips.items():
        np.savez(arguments.out / f"{name}.npz", blurry=blurry, sharp=sharp)
        middle = len(blurry) // 2
        mse = ((blurry.astype(np.float64) - sharp) ** 2).mean()
        print(f"{name}: {blurry.shape}, {10 * np.log10(255**2 / max(mse, 1e-9)):.2f} dB")
        pair = np.concatenate([blurry[middle], sharp[middle]], -1)
        Image.fromarray(np.moveaxis(pair, 0, -1)).save(arguments.out / f"{name}.png")


if __name__ == "__main__":
    main()
