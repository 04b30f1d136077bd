"""Draws the curve that `evaluate.py --append` collected as an SVG.

    python3 plot_curve.py --curve curve.jsonl --out curve.svg
"""

from __future__ import annotations

import argparse
import json
from pathlib import Path

WIDTH, HEIGHT = 720, 240
LEFT, TOP, RIGHT, BOTTOM = 60, 34, 130, 40
COLOURS = {1: "#7a8ca3", 2: "#c2410c", 3: "#15803d"}


def panel(points: list[dict[str, float]], key: str, title: str, top: int, floor: float | None) -> list[str]:
    """One chart of `key` over minutes, a line per number of stages; `floor` draws a limit."""
    values = [p[key] for p in points] + ([floor] if floor is not None else [])
    low, high = min(values), max(values)
    margin = 0.08 * (high - low or 1)
    low, high = low - margin, high + margin
    end = max(p["minutes"] for p in points)

    def x(minutes: float) -> float:
        return LEFT + minutes / end * (WIDTH - LEFT - RIGHT)

    def y(value: float) -> float:
        return top + TOP + (high - value) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [f'<text x="{LEFT}" y="{top + 18}" font-weight="600">{title}</text>']
    for i in range(5):
        value = low + (high - low) * i / 4
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(value):.1f}" y2="{y(value):.1f}" stroke="#e2e8f0"/>'
            f'<text x="{LEFT - 8}" y="{y(value) + 4:.1f}" text-anchor="end">{value:.2f}</text>'
        )
    for i in range(5):
        minutes = end * i / 4
        parts.append(f'<text x="{x(minutes):.1f}" y="{top + HEIGHT - 16}" text-anchor="middle">{minutes:.0f} min</text>')
    if floor is not None:
        parts.append(
            f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y(floor):.1f}" y2="{y(floor):.1f}" '
            'stroke="#64748b" stroke-dasharray="5 4"/>'
        )
    ends = []
    for stages, colour in COLOURS.items():
        line = sorted((p["minutes"], p[key]) for p in points if p["stages"] == stages)
        if not line:
            continue
        path = " ".join(f"{x(m):.1f},{y(v):.1f}" for m, v in line)
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        parts += [f'<circle cx="{x(m):.1f}" cy="{y(v):.1f}" r="3" fill="{colour}"/>' for m, v in line]
        ends.append((y(line[-1][1]), f"{stages} stage{'s' if stages > 1 else ''}: {line[-1][1]:.2f}", colour))
    previous = -1e9
    for at, label, colour in sorted(ends):
        previous = max(at, previous + 15)
        parts.append(f'<text x="{WIDTH - RIGHT + 10}" y="{previous + 4:.1f}" fill="{colour}">{label}</text>')
    return parts


def draw(points: list[dict[str, float]]) -> str:
    """The whole picture."""
    body = panel(points, "gain_footage", "PSNR gained on blurred footage, dB (dashed: the unsharp mask's)", 0,
                 points[-1]["unsharp_footage"])
    body += panel(points, "least_kept", "PSNR kept by the worst sharp clip, dB (dashed: 38)", HEIGHT, 38.0)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{2 * HEIGHT}" '
        'font-family="system-ui, sans-serif" font-size="12" fill="#334155">'
        f'<rect width="100%" height="100%" fill="#fff"/>{"".join(body)}</svg>\n'
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--curve", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    arguments = parser.parse_args()
    lines = arguments.curve.read_text().splitlines()
    arguments.out.write_text(draw([json.loads(line) for line in lines]))


if __name__ == "__main__":
    main()
