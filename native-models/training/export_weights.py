"""Writes the running-mean weights of a checkpoint as the application's shipped weights.

    python3 export_weights.py --checkpoint runs/lite/checkpoint.pt --resources ../../resources \
        --photos PHOTOS --figures runs/stages-1.json runs/stages-2.json runs/stages-3.json

Writes cdvd-tsp-lite.safetensors (float16), its entry in weights.json with the figures that evaluate.py
measured, and training-data.tsv, the attribution of the photographs that the weights were learned from.
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import json
import os
from pathlib import Path
from typing import Any

import numpy as np
import torch

from safetensors_file import write_safetensors

ORIGIN = (
    "Trained by the Acutance project from scratch with native-models/training, on clips made by moving the "
    "photographs listed in training-data.tsv"
)
LICENCE = "CC-BY-SA-4.0"
ATTRIBUTION = (
    "Learned from photographs under CC0, CC-BY, CC-BY-SA, Apache-2.0, MIT and free-use terms, resized and "
    "re-encoded; authors, licences and sources are in training-data.tsv"
)
COLUMNS = ("file", "author", "licence", "source_repo", "source_path", "source_commit")


def export(checkpoint: Path, resources: Path) -> tuple[Path, dict[str, Any]]:
    """Writes the weights; gives the file and what the checkpoint says of its training."""
    state = torch.load(checkpoint)
    without_flow = state["config"].get("flow") == 0
    tensors = {}
    for name, value in state["mean"].items():
        if without_flow and name.startswith("flow_net."):
            value = torch.zeros_like(value)
        tensors[name] = value.contiguous().numpy().astype(np.float16)
    file = resources / "cdvd-tsp-lite.safetensors"
    metadata = {
        "network": "cdvd-tsp",
        "size": "lite",
        "align_corners": "true",
        "licence": LICENCE,
        "origin": ORIGIN,
        "attribution": ATTRIBUTION,
    }
    write_safetensors(file, tensors, metadata)
    return file, {"steps": int(state["step"]), "minutes": round(float(state["elapsed"]) / 60, 1)}


def write_text(file: Path, text: str) -> None:
    """Writes a text file whole or not at all."""
    partial = file.with_suffix(".partial")
    partial.write_text(text, encoding="utf-8", newline="\n")
    os.replace(partial, file)


def write_attribution(photos: Path, resources: Path) -> None:
    """Copies the author, licence and source columns of the photographs' list."""
    with (photos / "PHOTOS.tsv").open(encoding="utf-8", newline="") as handle:
        rows = [{c: row[c] for c in COLUMNS} for row in csv.DictReader(handle, delimiter="\t")]
    lines = ["\t".join(COLUMNS), *("\t".join(row[c] for c in COLUMNS) for row in rows)]
    write_text(resources / "training-data.tsv", "\n".join(lines) + "\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--checkpoint", type=Path, required=True)
    parser.add_argument("--resources", type=Path, required=True, help="the application's resources folder")
    parser.add_argument("--photos", type=Path, required=True, help="folder of photographs, with PHOTOS.tsv")
    parser.add_argument("--figures", type=Path, nargs="*", default=[], help="files written by evaluate.py --json")
    arguments = parser.parse_args()
    file, training = export(arguments.checkpoint, arguments.resources)
    write_attribution(arguments.photos, arguments.resources)
    figures: dict[str, Any] = {"training": training}
    for measured in arguments.figures:
        report = json.loads(measured.read_text())
        figures[f"stages{report['stages']}"] = {k: v for k, v in report.items() if k not in ("clips", "stages")}
    entry = {
        "id": "cdvd-tsp-lite",
        "network": "cdvd-tsp",
        "size": "lite",
        "file": file.name,
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
        "licence": LICENCE,
        "attribution": ATTRIBUTION,
        "origin": ORIGIN,
        "alignCorners": True,
        "figures": figures,
    }
    listing = arguments.resources / "weights.json"
    known = json.loads(listing.read_text())["weights"] if listing.exists() else []
    others = [w for w in known if w["id"] != entry["id"]]
    text = json.dumps({"version": 1, "weights": [*others, entry]}, indent=2, ensure_ascii=False)
    write_text(listing, text + "\n")
    print(f"{file}: {file.stat().st_size} bytes, {json.dumps(figures)}")


if __name__ == "__main__":
    main()
