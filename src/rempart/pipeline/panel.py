"""A panel of a picture, written as SVG by hand: an area with two even scales, and what is drawn in it.

Reads figures and words. Gives SVG elements whose text stays text (a screen reader and the page's own font get at
it), without ids, the same bytes for the same figures; every word is escaped. Drawing a page so takes as long as
reading a thousand events, loading a plotting library as long as reading fifty thousand.

Misses: anything but steps, bars, rules and words; a logarithmic scale is asked for by giving logarithms.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from xml.sax.saxutils import escape

COLOURS = {"allow": "#9DB4C8", "step_up": "#E69F00", "restrict": "#D55E00", "block": "#7A1238"}
"""The Okabe-Ito palette, told apart with the common kinds of colour blindness and by lightness in grey prints."""
INK = "#1c2733"
RULE = "#d5dde5"
WIDTH = 662.4
"""Points across a picture."""
LETTER = 6.8
"""Points that a letter of a label takes, about."""
_FONT = "DejaVu Sans, Verdana, sans-serif"


@dataclass
class Panel:
    """An area from (``left``, ``top``) to (``right``, ``bottom``), in points from the picture's upper left corner, over
    figures ``across`` and ``up`` (the least and the greatest; ``up`` the wrong way round counts downwards)."""

    left: float
    top: float
    right: float
    bottom: float
    across: tuple[float, float]
    up: tuple[float, float]
    parts: list[str] = field(default_factory=list)

    def x(self, figure: float) -> float:
        """Where a figure stands across."""
        low, high = self.across
        return self.left + (figure - low) / (high - low) * (self.right - self.left)

    def y(self, figure: float) -> float:
        """Where a figure stands from top to bottom."""
        low, high = self.up
        return self.bottom - (figure - low) / (high - low) * (self.bottom - self.top)

    def title(self, words: str) -> None:
        """Words above the area, on the left."""
        self.parts.append(text(self.left, self.top - 7, words))

    def below(self, words: str) -> None:
        """Words under the labels, in the middle."""
        self.parts.append(text((self.left + self.right) / 2, self.bottom + 30, words, "middle"))

    def rules_up(self, ticks: Iterable[tuple[float, str]]) -> None:
        """A level rule and a label on the left for each (figure, label)."""
        for figure, label in ticks:
            y = self.y(figure)
            self.parts.append(_line(self.left, y, self.right, y))
            self.parts.append(text(self.left - 4, y + 4, label, "end"))

    def labels_across(self, ticks: Iterable[tuple[float, str]], ruled: bool = False) -> None:
        """A label under the area for each (figure, label), and an upright rule if ``ruled``."""
        for figure, label in ticks:
            x = self.x(figure)
            if ruled:
                self.parts.append(_line(x, self.top, x, self.bottom))
            self.parts.append(text(x, self.bottom + 14, label, "middle"))

    def frame(self) -> None:
        """The left and the lower edge."""
        self.parts.append(_line(self.left, self.top, self.left, self.bottom))
        self.parts.append(_line(self.left, self.bottom, self.right, self.bottom))

    def steps(
        self, edges: Sequence[float], floor: Sequence[float], top: Sequence[float], colour: str
    ) -> None:
        """Between two stairs: from ``edges[k]`` to ``edges[k + 1]`` they stand at ``floor[k]`` and ``top[k]``.

        One edge more than stairs; figures beyond the area stop at its edges.
        """
        corners = [f"{self.x(edge):.2f}" for edge in edges]
        high, low = ([f"{self._inside(figure):.2f}" for figure in stairs] for stairs in (top, floor))
        path = [f"M{corners[0]} {low[0]}"]
        path += [f"V{high[k]}H{corners[k + 1]}" for k in range(len(high))]
        path += [f"V{low[k]}H{corners[k]}" for k in reversed(range(len(low)))]
        self.parts.append(f'<path d="{"".join(path)}Z" fill="{colour}"/>')

    def bar(self, begin: float, end: float, at: float, thick: float, colour: str) -> None:
        """A level bar between two figures, ``thick`` points around the figure ``at``."""
        x, width = self.x(begin), max(self.x(end) - self.x(begin), 0.0)
        self.parts.append(
            f'<rect x="{x:.2f}" y="{self.y(at) - thick / 2:.2f}" width="{width:.2f}" height="{thick:.2f}" fill="{colour}"/>'
        )

    def dashed(self, figure: float) -> None:
        """An upright dashed line."""
        x = self.x(figure)
        line = f'<line x1="{x:.2f}" y1="{self.top}" x2="{x:.2f}" y2="{self.bottom}" stroke="{INK}" '
        self.parts.append(f'{line}stroke-width="1.4" stroke-dasharray="5.6 4.2"/>')

    def legend(self, entries: Iterable[tuple[str, str]]) -> None:
        """A patch and a word for each (colour, word), above the area, ending on the right."""
        x, y = self.right, self.top - 7
        for colour, words in reversed([*entries]):
            x -= LETTER * len(words)
            self.parts.append(text(x, y, words))
            x -= 16
            self.parts.append(f'<rect x="{x:.2f}" y="{y - 8:.2f}" width="10" height="8" fill="{colour}"/>')
            x -= 14

    def _inside(self, figure: float) -> float:
        low, high = sorted(self.up)
        return self.y(min(max(figure, low), high))


def picture(name: str, alt: str, height: float, panels: Iterable[Panel]) -> str:
    """The panels as one SVG element that says ``alt``; ``name`` tells it from others on its page."""
    parts = "\n".join(part for panel in panels for part in panel.parts)
    return (
        f'<svg role="img" aria-labelledby="{name}-alt" xmlns="http://www.w3.org/2000/svg" width="{WIDTH}pt" '
        f'height="{height:.1f}pt" viewBox="0 0 {WIDTH} {height:.1f}" font-family="{_FONT}" font-size="11" fill="{INK}">'
        f'<title id="{name}-alt">{escape(alt)}</title>\n{parts}\n</svg>'
    )


def text(x: float, y: float, words: str, anchor: str = "start") -> str:
    """Words whose line stands at ``y`` and begins, has its middle or ends at ``x``."""
    return f'<text x="{x:.2f}" y="{y:.2f}" text-anchor="{anchor}">{escape(words)}</text>'


def even_ticks(most: float, intervals: int = 4) -> list[int]:
    """Whole round numbers from 0 on, at most ``intervals`` apart, that reach as far as ``most`` allows."""
    least = max(most / intervals, 1.0)
    scale = 10 ** math.floor(math.log10(least))
    step = next(math.ceil(scale * each) for each in (1, 2, 2.5, 5, 10) if math.ceil(scale * each) >= least)
    return [*range(0, math.floor(most) + 1, step)]


def _line(x: float, y: float, to_x: float, to_y: float) -> str:
    ends = f'x1="{x:.2f}" y1="{y:.2f}" x2="{to_x:.2f}" y2="{to_y:.2f}"'
    return f'<line {ends} stroke="{RULE}" stroke-width="0.8"/>'
