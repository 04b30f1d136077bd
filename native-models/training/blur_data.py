"""Blurry clips with known sharp frames and known motion, made from sharp photographs.

A clip is five frames. Every photograph is moved along a smooth random camera path; foreground
cut-outs from a second photograph move along paths of their own. A frame is the mean, in linear light,
of the sub-frames seen while the shutter is open; the sharp frame is the scene at mid-exposure.
Because the paths are known, so is the optical flow.

    python3 blur_data.py pool --photos PHOTOS --out runs/pool --shards 40
    python3 blur_data.py sheet --photos PHOTOS --out sheet.png

A pool is a folder of shards; the trainer reads whatever shards are there, so making and using may
overlap. All randomness comes from one seed per shard.
"""

from __future__ import annotations

import argparse
import io
import os
import shutil
import time
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
import torch.nn.functional as functional
from PIL import Image

FRAMES = 5
"""Frames of a clip: what two stages of three frames see."""

MAX_SUB_FRAMES = 31

HELD_OUT_EVERY = 20
"""One photograph in this many is for validation only."""


# --- light ------------------------------------------------------------------------------------------


def srgb_to_linear(values: np.ndarray | torch.Tensor) -> torch.Tensor:
    """Undoes the sRGB transfer curve. Values in [0, 1], any shape."""
    v = torch.as_tensor(values, dtype=torch.float32)
    return torch.where(v <= 0.04045, v / 12.92, ((v.clamp(min=0) + 0.055) / 1.055) ** 2.4)


def linear_to_srgb(values: torch.Tensor) -> torch.Tensor:
    """Applies the sRGB transfer curve after clipping to [0, 1]: a sensor saturates, it does not wrap."""
    v = values.clamp(0, 1)
    return torch.where(v <= 0.0031308, v * 12.92, 1.055 * v.clamp(min=1e-8) ** (1 / 2.4) - 0.055)


def expose(sub_frames_linear: torch.Tensor) -> torch.Tensor:
    """One exposure: the mean over sub-frames (N, C, H, W) in linear light, display-referred (C, H, W)."""
    return linear_to_srgb(sub_frames_linear.mean(0))


# --- motion -----------------------------------------------------------------------------------------


@dataclass
class Path2d:
    """A smooth path of a plane: shift (px), rotation (radians) and log zoom as functions of time.

    Time is in frame intervals, 0 at the middle of the clip. Each of the four parameters is
    `velocity * t + acceleration * t^2 / 2 + sum(amplitude * sin(2 pi frequency t + phase))`.
    """

    velocity: np.ndarray  # (4,)
    acceleration: np.ndarray  # (4,)
    amplitude: np.ndarray  # (4, K)
    frequency: np.ndarray  # (K,) cycles per frame interval
    phase: np.ndarray  # (4, K)

    def at(self, times: np.ndarray) -> np.ndarray:
        """Parameters at `times` (N,): (N, 4) of shift x, shift y, rotation, log zoom."""
        t = np.asarray(times, dtype=np.float64)[:, None, None]
        waves = np.sin(2 * np.pi * self.frequency * t + self.phase) - np.sin(self.phase)
        smooth = self.velocity * t[..., 0] + 0.5 * self.acceleration * t[..., 0] ** 2
        return smooth + (self.amplitude * waves).sum(-1)

    def scaled(self, factor: float) -> Path2d:
        """The same path walked with every displacement multiplied by `factor`."""
        return Path2d(
            self.velocity * factor,
            self.acceleration * factor,
            self.amplitude * factor,
            self.frequency,
            self.phase,
        )


STILL = Path2d(np.zeros(4), np.zeros(4), np.zeros((4, 1)), np.ones(1), np.zeros((4, 1)))


def random_path(rng: np.random.Generator, speed: float, size: int) -> Path2d:
    """A path whose mean speed over the clip, at the corners of a `size` px frame, is `speed` px per frame.

    Kinds: steady pan, hand-shake (a spectrum falling with frequency up to 0.4 cycles per frame, which is
    12 Hz at 30 frames per second), and both; rotation and zoom are a share of the whole.
    """
    if speed <= 0:
        return STILL
    direction = rng.uniform(0, 2 * np.pi)
    pan = rng.uniform(0, 1) if rng.random() < 0.6 else 0.0
    shake = 1.0 - pan if rng.random() < 0.8 else 0.15
    waves = 5
    frequency = np.exp(rng.uniform(np.log(0.03), np.log(0.4), waves))
    # Amplitude falls with frequency, so that every octave has about the same speed.
    amplitude = rng.normal(size=(4, waves)) / (2 * np.pi * frequency) * shake
    velocity = np.array([np.cos(direction), np.sin(direction), 0, 0]) * pan * 2
    velocity[2:] = rng.normal(size=2) * pan * 0.3
    acceleration = rng.normal(size=4) * 0.3 * pan
    # Rotation and zoom move a corner, half a frame away from the centre, by angle * radius.
    turn = rng.uniform(0, 0.5) ** 2 * 2 if rng.random() < 0.7 else 0.0
    zoom = rng.uniform(0, 0.5) ** 2 * 2 if rng.random() < 0.4 else 0.0
    share = np.array([1.0, 1.0, turn / (size / 2), zoom / (size / 2)])
    path = Path2d(velocity * share, acceleration * share, amplitude * share[:, None], frequency,
                  rng.uniform(0, 2 * np.pi, (4, waves)))
    times = np.linspace(-2.5, 2.5, 51)
    return path.scaled(speed / max(path_length(path, times, size) / 5.0, 1e-6))


def placement(parameters: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Frame pixel p shows scene point `A p + b`. `parameters` (N, 4) -> A (N, 2, 2), b (N, 2)."""
    x, y, angle, zoom = np.moveaxis(parameters, -1, 0)
    scale = np.exp(-zoom)
    cos, sin = np.cos(angle) * scale, np.sin(angle) * scale
    a = np.stack([np.stack([cos, sin], -1), np.stack([-sin, cos], -1)], -2)
    return a, np.stack([-x, -y], -1)


def corners(size: int) -> np.ndarray:
    """Corners and centre of a `size` px frame, centred coordinates (5, 2)."""
    h = (size - 1) / 2
    return np.array([[-h, -h], [h, -h], [-h, h], [h, h], [0, 0]])


def path_length(path: Path2d, times: np.ndarray, size: int) -> float:
    """Mean over corners and centre of the distance a scene point travels in the frame, in px."""
    a, b = placement(path.at(times))
    points = np.einsum("nij,pj->npi", a, corners(size)) + b[:, None]
    return float(np.linalg.norm(np.diff(points, axis=0), axis=-1).sum(0).mean())


def reach(path: Path2d, size: int) -> float:
    """How far from the centre, in scene px, the clip ever looks along one axis."""
    a, b = placement(path.at(np.linspace(-2.6, 2.6, 53)))
    points = np.einsum("nij,pj->npi", a, corners(size)) + b[:, None]
    return float(np.abs(points).max())


def pixel_grid(size: int) -> np.ndarray:
    """Centred pixel coordinates (size, size, 2), x then y."""
    axis = np.arange(size) - (size - 1) / 2
    return np.stack(np.meshgrid(axis, axis), -1)


def flow_between(path: Path2d, start: float, end: float, size: int) -> np.ndarray:
    """Flow of the plane from the frame at `start` to the one at `end`: (2, size, size) px, x then y."""
    a, b = placement(path.at(np.array([start, end])))
    p = pixel_grid(size)
    scene = p @ a[0].T + b[0]
    moved = (scene - b[1]) @ np.linalg.inv(a[1]).T
    return np.moveaxis(moved - p, -1, 0).astype(np.float32)


def look(scene: torch.Tensor, path: Path2d, times: np.ndarray, size: int) -> torch.Tensor:
    """Sees `scene` (C, S, S), the centre of which is the origin, at `times` (N,): (N, C, size, size)."""
    a, b = placement(path.at(times))
    extent = scene.shape[-1]
    scale = 2.0 / (extent - 1)
    theta = np.zeros((len(times), 2, 3))
    # affine_grid's base coordinates run over [-1, 1]: half a frame of pixels each way.
    theta[:, :, :2] = a * scale * (size - 1) / 2
    theta[:, :, 2] = b * scale
    grid = functional.affine_grid(
        torch.from_numpy(theta).float(), [len(times), 1, size, size], align_corners=True
    )
    return functional.grid_sample(
        scene[None].expand(len(times), -1, -1, -1),
        grid,
        mode="bicubic",
        padding_mode="reflection",
        align_corners=True,
    )


# --- scenes -----------------------------------------------------------------------------------------


class PhotoLibrary:
    """The photographs of a folder, decoded once. Every `HELD_OUT_EVERY`th is kept from training."""

    def __init__(self, folder: Path, held_out: bool = False) -> None:
        files = sorted(p for p in folder.iterdir() if p.suffix.lower() in {".jpg", ".jpeg", ".png"})
        files = [p for i, p in enumerate(files) if (i % HELD_OUT_EVERY == HELD_OUT_EVERY - 1) == held_out]
        if not files:
            raise SystemExit(f"no photographs (.jpg, .png) in {folder}")
        self.images = [Image.open(p).convert("RGB") for p in files]
        for image in self.images:
            image.load()

    def piece(self, rng: np.random.Generator, extent: int) -> Image.Image:
        """An `extent` px square of a random photograph, reduced by a random factor, never enlarged much."""
        image = self.images[rng.integers(len(self.images))]
        short = min(image.size)
        scale = min(1.0, max(rng.uniform(0.35, 1.0), extent / short))
        side = min(extent / scale, short)
        left = rng.uniform(0, image.width - side)
        top = rng.uniform(0, image.height - side)
        filters = (Image.Resampling.LANCZOS, Image.Resampling.BICUBIC, Image.Resampling.BOX)
        return image.resize(
            (extent, extent), filters[rng.integers(3)], box=(left, top, left + side, top + side)
        )

    def scene(
        self, rng: np.random.Generator, extent: int, softness: float, quality: int = 0
    ) -> torch.Tensor:
        """A random piece of a random photograph at a random scale: (3, extent, extent), linear light.

        With a `quality` (1 to 95) the piece itself has been through lossy compression before it moves.
        """
        for _ in range(4):
            piece = self.piece(rng, extent)
            # Plain sky teaches nothing: a flat piece is mostly passed over.
            grey = np.asarray(piece.convert("L"), np.float32)
            if np.abs(np.diff(grey)).mean() > 5 or rng.random() < 0.15:
                break
        pixels = np.moveaxis(np.asarray(piece), -1, 0)
        values = torch.from_numpy(compress(pixels, quality, 2) if quality else pixels.copy()).float() / 255
        linear = srgb_to_linear(values)
        if rng.random() < 0.15:
            # Lights brighter than white: their streaks stay saturated.
            peak = rng.uniform(1, 4)
            linear = linear * (1 + peak * ((linear.amax(0, keepdim=True) - 0.85) / 0.15).clamp(0, 1))
        if rng.random() < 0.4:
            linear = linear * float(np.exp(rng.uniform(np.log(0.35), np.log(1.5))))
        return soften(linear, softness)


def soften(scene: torch.Tensor, sigma: float) -> torch.Tensor:
    """Gaussian blur of (C, H, W) with `sigma` px: real footage is softer than a reduced photograph."""
    if sigma < 0.2:
        return scene
    radius = max(1, int(np.ceil(3 * sigma)))
    taps = torch.exp(-0.5 * (torch.arange(-radius, radius + 1) / sigma) ** 2)
    taps = taps / taps.sum()
    x = functional.pad(scene[:, None], [radius] * 4, mode="reflect")
    x = functional.conv2d(x, taps.view(1, 1, 1, -1))
    return functional.conv2d(x, taps.view(1, 1, -1, 1))[:, 0]


def random_shape(rng: np.random.Generator, extent: int, size: int) -> torch.Tensor:
    """Opacity (1, extent, extent) of a smooth closed shape near the origin, with a soft edge."""
    p = pixel_grid(extent)
    centre = rng.uniform(-0.35, 0.35, 2) * size
    d = p - centre
    stretch = np.exp(rng.normal() * 0.35)
    spin = rng.uniform(0, np.pi)
    u = (d[..., 0] * np.cos(spin) + d[..., 1] * np.sin(spin)) * stretch
    v = (-d[..., 0] * np.sin(spin) + d[..., 1] * np.cos(spin)) / stretch
    angle = np.arctan2(v, u)
    radius = rng.uniform(0.12, 0.42) * size
    outline = np.ones_like(angle)
    for k in range(2, 8):
        outline += rng.normal() * 0.5 / k * np.cos(k * angle + rng.uniform(0, 2 * np.pi))
    edge = rng.uniform(0.7, 2.5)
    distance = radius * np.clip(outline, 0.15, 2.2) - np.hypot(u, v)
    alpha = 1 / (1 + np.exp(-np.clip(distance / edge * 2, -30, 30)))
    return torch.from_numpy(alpha[None]).float()


# --- clips ------------------------------------------------------------------------------------------


@dataclass
class Clip:
    """Five frames. `blurry`, `sharp` uint8 (5, 3, S, S); `flow` float16 (3, 4, S, S) in px.

    `flow[i]` belongs to the triple around frame i + 1: x, y to the previous frame, x, y to the next.
    """

    blurry: np.ndarray
    sharp: np.ndarray
    flow: np.ndarray


@dataclass
class Layer:
    """A moving plane: `pixels` (3 or 4, E, E) linear light, the fourth channel being opacity."""

    pixels: torch.Tensor
    path: Path2d


def render(layers: list[Layer], times: np.ndarray, size: int) -> torch.Tensor:
    """The scene in linear light at each of `times`: (N, 3, size, size). The first layer is opaque."""
    picture = look(layers[0].pixels, layers[0].path, times, size)
    for layer in layers[1:]:
        seen = look(layer.pixels, layer.path, times, size)
        alpha = seen[:, 3:].clamp(0, 1)
        picture = seen[:, :3] + (1 - alpha) * picture
    return picture.clamp(min=0)


def clip_flow(layers: list[Layer], size: int) -> np.ndarray:
    """Ground-truth flow of the three inner frames to both neighbours: float16 (3, 4, size, size)."""
    flows = np.zeros((3, 4, size, size), np.float32)
    for i, middle in enumerate((-1.0, 0.0, 1.0)):
        flows[i, :2] = flow_between(layers[0].path, middle, middle - 1, size)
        flows[i, 2:] = flow_between(layers[0].path, middle, middle + 1, size)
        for layer in layers[1:]:
            solid = look(layer.pixels[3:], layer.path, np.array([middle]), size)[0, 0].numpy() > 0.5
            flows[i, :2, solid] = flow_between(layer.path, middle, middle - 1, size)[:, solid].T
            flows[i, 2:, solid] = flow_between(layer.path, middle, middle + 1, size)[:, solid].T
    return flows.astype(np.float16)


def random_speed(rng: np.random.Generator) -> float:
    """Blur length of an exposure in px: most between 2 and 14, at most 20."""
    return float(min(np.exp(rng.normal(np.log(5.5), 0.65)), 20.0))


def compress(frame: np.ndarray, quality: int, subsampling: int) -> np.ndarray:
    """What a lossy codec leaves of a frame (3, H, W) uint8; subsampling 2 halves the chroma."""
    buffer = io.BytesIO()
    Image.fromarray(np.moveaxis(frame, 0, -1)).save(
        buffer, "JPEG", quality=quality, subsampling=subsampling
    )
    return np.moveaxis(np.asarray(Image.open(buffer)), -1, 0)


def random_clip(
    rng: np.random.Generator, photos: PhotoLibrary, size: int, footage: bool = False
) -> Clip:
    """One clip of `size` px. About a fifth is sharp or still, so that what is sharp is learned to stay.

    `footage` makes it look like consumer video: soft, compressed before it moves, and more often at rest, so
    that softness is not taken for motion.
    """
    kind = rng.random() * (0.6 if footage else 1.0)
    shutter = 1.0 if rng.random() < 0.4 else float(rng.uniform(0.3, 1.0))
    blur_length = random_speed(rng)
    camera_speed = min(blur_length / shutter, 25.0)
    objects = int(rng.random() < 0.4) + int(rng.random() < 0.12)
    still_clip = False
    if kind < 0.07:  # nothing moves
        camera_speed, objects, still_clip = 0.0, 0, True
    elif kind < 0.16:  # moves, but the shutter is fast
        shutter = float(rng.uniform(0, 0.12))
        camera_speed = min(camera_speed, 0.8 / max(shutter, 0.03), 20.0)
    elif kind < 0.30:  # tripod
        camera_speed, objects = 0.0, max(1, objects)
    elif kind < 0.36:  # slow camera
        camera_speed = float(rng.uniform(0.2, 2.0))

    softness = float(rng.uniform(0.3, 1.1)) if rng.random() < 0.65 else 0.0
    inner_quality = 0
    if footage:
        softness = float(rng.uniform(0.5, 2.0))
        inner_quality = int(rng.integers(30, 85)) if rng.random() < 0.6 else 0
    camera = random_path(rng, camera_speed, size)
    extent = int(2 * reach(camera, size)) + 8
    layers = [Layer(photos.scene(rng, extent, softness, inner_quality), camera)]
    for _ in range(objects):
        own = random_path(rng, min(random_speed(rng) / max(shutter, 0.3), 25.0), size)
        extent = int(2 * reach(own, size)) + 8
        alpha = random_shape(rng, extent, size)
        pixels = photos.scene(rng, extent, softness, inner_quality)
        layers.append(Layer(torch.cat([pixels * alpha, alpha]), own))

    lucky = rng.random() < 0.15
    noise = float(rng.uniform(0.3, 2.5)) / 255 if rng.random() < 0.5 else 0.0
    quality = int(rng.integers(70, 98)) if rng.random() < 0.55 else 0
    subsampling = 2 if rng.random() < 0.8 else 0
    if still_clip or kind < 0.16:
        noise, quality = noise * 0.5, max(quality, 88) if quality else 0

    blurry = np.zeros((FRAMES, 3, size, size), np.uint8)
    sharp = np.zeros_like(blurry)
    for i in range(FRAMES):
        middle = float(i - FRAMES // 2)
        opened = shutter * (float(rng.uniform(0, 1)) if lucky else 1.0)
        ends = middle + np.linspace(-opened / 2, opened / 2, 9)
        travel = max(path_length(layer.path, ends, size) for layer in layers)
        count = int(np.clip(np.ceil(travel * 1.3), 1, MAX_SUB_FRAMES))
        times = middle + opened * ((np.arange(count) + 0.5) / count - 0.5)
        target = linear_to_srgb(render(layers, np.array([middle]), size)[0])
        seen = target if count == 1 else expose(render(layers, times, size))
        sharp[i] = (target * 255).round().byte().numpy()
        if noise:
            # Photon noise grows with the root of the light; display values already follow about a root.
            grain = torch.from_numpy(rng.standard_normal((3, size, size)).astype(np.float32))
            seen = seen + grain * noise * (0.5 + seen)
        frame = (seen.clamp(0, 1) * 255).round().byte().numpy()
        blurry[i] = compress(frame, quality, subsampling) if quality else frame
    return Clip(blurry, sharp, clip_flow(layers, size))


# --- pools ------------------------------------------------------------------------------------------


def write_shard(folder: Path, clips: list[Clip]) -> None:
    """Writes one shard whole or not at all: blurry.npy, sharp.npy, flow.npy with clips on axis 0."""
    partial = folder.with_suffix(".partial")
    shutil.rmtree(partial, ignore_errors=True)
    partial.mkdir(parents=True)
    for name in ("blurry", "sharp", "flow"):
        np.save(partial / f"{name}.npy", np.stack([getattr(clip, name) for clip in clips]))
    os.replace(partial, folder)


def make_pool(
    photos: PhotoLibrary,
    out: Path,
    shards: range,
    clips: int,
    size: int,
    seed: int,
    footage: bool = False,
) -> None:
    """Makes the shards of `shards` that are not there yet."""
    for index in shards:
        folder = out / f"shard-{index:05d}"
        if folder.exists():
            continue
        started = time.time()
        rng = np.random.default_rng([seed, index])
        write_shard(folder, [random_clip(rng, photos, size, footage) for _ in range(clips)])
        print(f"{folder.name}: {clips} clips in {time.time() - started:.1f} s", flush=True)


def contact_sheet(photos: PhotoLibrary, file: Path, size: int, seed: int) -> None:
    """A picture of 8 clips, blurry above sharp, to look at."""
    rng = np.random.default_rng(seed)
    rows = []
    for _ in range(8):
        clip = random_clip(rng, photos, size)
        rows += [np.concatenate(list(clip.blurry), -1), np.concatenate(list(clip.sharp), -1)]
    half = len(rows) // 2
    sheet = np.concatenate([np.concatenate(rows[:half], -2), np.concatenate(rows[half:], -2)], -1)
    Image.fromarray(np.moveaxis(sheet, 0, -1)).save(file)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    commands = parser.add_subparsers(dest="command", required=True)
    pool = commands.add_parser("pool", help="make shards of clips")
    sheet = commands.add_parser("sheet", help="make one picture of a few clips")
    for sub in (pool, sheet):
        sub.add_argument("--photos", type=Path, required=True, help="folder of sharp photographs")
        sub.add_argument("--out", type=Path, required=True)
        sub.add_argument("--size", type=int, default=160, help="frame side, px")
        sub.add_argument("--seed", type=int, default=1)
    pool.add_argument("--shards", type=int, default=40, help="how many shards")
    pool.add_argument("--first", type=int, default=0, help="index of the first shard")
    pool.add_argument("--step", type=int, default=1, help="with --first: share the work among processes")
    pool.add_argument("--footage", action="store_true", help="soft and compressed, as consumer video is")
    pool.add_argument("--clips", type=int, default=64, help="clips per shard")
    arguments = parser.parse_args()
    torch.set_num_threads(1)
    photos = PhotoLibrary(arguments.photos)
    if arguments.command == "pool":
        shards = range(arguments.first, arguments.shards, arguments.step)
        make_pool(
            photos,
            arguments.out,
            shards,
            arguments.clips,
            arguments.size,
            arguments.seed,
            arguments.footage,
        )
    else:
        contact_sheet(photos, arguments.out, arguments.size, arguments.seed)


if __name__ == "__main__":
    main()
