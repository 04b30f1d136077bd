"""Deterministic weights: the fill `fnv1a32-mulberry32-u24-v1` of the parity fixtures (as `test/fixtures/fill.ts`)."""

from __future__ import annotations

import math
from typing import Iterable

import numpy as np

NAME = "fnv1a32-mulberry32-u24-v1"


def fnv1a32(text: str) -> int:
    """FNV-1a, 32 bit, of the UTF-8 bytes of `text`."""
    value = 0x811C9DC5
    for byte in text.encode():
        value = ((value ^ byte) * 0x01000193) & 0xFFFFFFFF
    return value


def mulberry32(seed: int, count: int) -> np.ndarray:
    """The first `count` unsigned 32-bit integers of the generator; the sums of its state are known in advance."""
    steps = np.arange(1, count + 1, dtype=np.uint32)
    a = np.uint32(seed) + steps * np.uint32(0x6D2B79F5)
    t = (a ^ (a >> np.uint32(15))) * (a | np.uint32(1))
    t = (t + (t ^ (t >> np.uint32(7))) * (t | np.uint32(61))) ^ t
    return t ^ (t >> np.uint32(14))


def fill(entry: dict, salt: str) -> np.ndarray:
    """The values of one entry of a `state.json`, float32 in its shape: mean + (2 u - 1) * bound with 0 <= u < 1."""
    shape = entry["shape"]
    u = (mulberry32(fnv1a32(f"{entry['name']}#{salt}"), math.prod(shape)) >> np.uint32(8)) / 16777216.0
    return (entry["mean"] + (2.0 * u - 1.0) * entry["bound"]).astype(np.float32).reshape(shape)


def fill_all(entries: Iterable[dict], salt: str) -> dict[str, np.ndarray]:
    return {entry["name"]: fill(entry, salt) for entry in entries}


def weight_entry(name: str, shape: list[int], gain: float) -> dict:
    """A weight of `gain` times the bound sqrt(3 / fan_in), which gives values of the variance 1 / fan_in."""
    fan_in = math.prod(shape[1:])
    bound = float(f"{gain * math.sqrt(3 / fan_in):.9g}")
    return {"name": name, "shape": shape, "dtype": "float32", "kind": "fill", "bound": bound, "mean": 0.0}


def vector_entry(name: str, shape: list[int], bound: float, mean: float = 0.0) -> dict:
    """A bias, or a scale around one."""
    return {"name": name, "shape": shape, "dtype": "float32", "kind": "fill", "bound": bound, "mean": mean}
