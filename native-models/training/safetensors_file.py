"""Reads and writes the safetensors format: a JSON header with offsets, then the values."""

from __future__ import annotations

import json
import os
from pathlib import Path

import numpy as np

KINDS = {"F32": np.dtype("<f4"), "F16": np.dtype("<f2")}


def write_safetensors(file: Path, tensors: dict[str, np.ndarray], metadata: dict[str, str]) -> None:
    """Writes float32 or float16 tensors whole or not at all; values start at a multiple of 8 bytes."""
    header: dict[str, object] = {"__metadata__": metadata}
    offset = 0
    for name, value in tensors.items():
        kind = next(k for k, d in KINDS.items() if d == value.dtype)
        end = offset + value.nbytes
        header[name] = {"dtype": kind, "shape": list(value.shape), "data_offsets": [offset, end]}
        offset = end
    text = json.dumps(header, separators=(",", ":")).encode()
    text += b" " * (-len(text) % 8)
    partial = file.with_suffix(".partial")
    with partial.open("wb") as handle:
        handle.write(len(text).to_bytes(8, "little") + text)
        for value in tensors.values():
            handle.write(np.ascontiguousarray(value).tobytes())
    os.replace(partial, file)


def read_safetensors(file: Path) -> tuple[dict[str, np.ndarray], dict[str, str]]:
    """Tensors by name, and the metadata."""
    data = file.read_bytes()
    length = int.from_bytes(data[:8], "little")
    header = json.loads(data[8 : 8 + length])
    metadata = header.pop("__metadata__", {})
    tensors = {}
    for name, entry in header.items():
        low, high = (8 + length + o for o in entry["data_offsets"])
        tensors[name] = np.frombuffer(data[low:high], KINDS[entry["dtype"]]).reshape(entry["shape"])
    return tensors, metadata
