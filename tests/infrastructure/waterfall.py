"""Draws a trace: every span a bar from its beginning to its end, below the one that it is part of."""

from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

from tests.infrastructure.collector import Seen

ROW, LABELS, WIDTH, MARGIN, HEAD = 19, 460, 1200, 12, 64
COLOURS = {
    "gateway": "#6e7781",
    "portal": "#8250df",
    "profile": "#0969da",
    "changes": "#bf8700",
    "reviews": "#1a7f37",
    "notifier": "#cf222e",
}


def svg(spans: Sequence[Seen], title: str) -> str:
    """The picture, in the order of the tree."""
    rows = list(_tree(spans, None, 0))
    begin, end = min(span.start for span in spans), max(span.end for span in spans)
    scale = (WIDTH - LABELS - 2 * MARGIN) / (end - begin)
    height = HEAD + len(rows) * ROW + MARGIN
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{height}" fill="#fff"/>',
        f'<text x="{MARGIN}" y="24" font-size="16" font-weight="bold">{escape(title)}</text>',
    ]
    for place, (service, colour) in enumerate(COLOURS.items()):
        x = MARGIN + place * 74
        lines.append(
            f'<rect x="{x}" y="36" width="10" height="10" fill="{colour}"/><text x="{x + 14}" y="45">{service}</text>'
        )
    for mark in _marks((end - begin) / 1e6):
        x = LABELS + MARGIN + mark * 1e6 * scale
        lines.append(f'<path d="M{x:.1f} {HEAD - 8}V{height - MARGIN}" stroke="#d0d7de"/>')
        lines.append(f'<text x="{x + 3:.1f}" y="{HEAD - 10}" fill="#57606a">{mark:g} ms</text>')
    for row, (depth, span) in enumerate(rows):
        y = HEAD + row * ROW
        x, width = LABELS + MARGIN + (span.start - begin) * scale, max((span.end - span.start) * scale, 1.5)
        colour = COLOURS.get(span.service, "#000")
        lines.append(
            f'<text x="{MARGIN + depth * 12}" y="{y + 13}"><tspan fill="{colour}">{escape(span.service)}</tspan>'
            f" {escape(span.name)}</text>"
            f'<rect x="{x:.1f}" y="{y + 4}" width="{width:.1f}" height="{ROW - 8}" rx="2" fill="{colour}"/>'
        )
        took = f"{(span.end - span.start) / 1e6:.1f} ms"
        at, anchor = (x - 4, "end") if x + width > WIDTH - 60 else (x + width + 4, "start")
        lines.append(
            f'<text x="{at:.1f}" y="{y + 13}" font-size="10" fill="#57606a" text-anchor="{anchor}">{took}</text>'
        )
    return "\n".join((*lines, "</svg>", ""))


def _tree(spans: Sequence[Seen], parent: str | None, depth: int) -> Iterator[tuple[int, Seen]]:
    for span in spans:
        if span.parent == parent:
            yield depth, span
            yield from _tree(spans, span.id, depth + 1)


def _marks(milliseconds: float) -> Iterator[float]:
    """Where the axis is marked: at round times, some ten of them."""
    step = next(step for step in (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000) if milliseconds / step <= 10)
    return (float(step * number) for number in range(int(milliseconds / step) + 1))
