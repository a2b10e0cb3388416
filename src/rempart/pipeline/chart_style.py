"""How the pictures that matplotlib draws look, and how they become SVG that stands inside a page.

Gives SVG elements: no fetch, no script, text kept as text, identifiers made unique so that several pictures share a
page, and the same bytes for the same figures. Misses: the pictures of a replay, which :mod:`rempart.pipeline.panel` draws.
"""

from __future__ import annotations

import io
import re
from typing import Any
from xml.sax.saxutils import escape

import matplotlib
from matplotlib.figure import Figure

from rempart.pipeline.panel import INK, RULE

STYLE: Any = {
    "svg.fonttype": "none",
    "text.parse_math": False,
    "font.family": ["DejaVu Sans"],
    "font.size": 11.0,
    "axes.edgecolor": RULE,
    "axes.labelcolor": INK,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.titlesize": 11.0,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "axes.axisbelow": True,
}


def svg_of(figure: Figure, name: str, alt: str) -> str:
    """The figure as an SVG element that says ``alt``; ``name`` tells its identifiers from others of its page."""
    written = io.StringIO()
    nothing: Any = dict.fromkeys(("Date", "Creator", "Format", "Type"))
    with matplotlib.rc_context({"svg.hashsalt": name}):
        figure.savefig(written, format="svg", metadata=nothing, transparent=True)
    svg = written.getvalue()
    svg = svg[svg.index("<svg") :]
    svg = re.sub(r'(<[^<>]*?\s)id="', rf'\1id="{name}-', svg)
    svg = re.sub(r'(<[^<>]*?(?:url\(|href="))#', rf"\1#{name}-", svg)
    svg = re.sub(r"<metadata>.*?</metadata>|<style[^<]*</style>", "", svg, flags=re.DOTALL)
    label = f'role="img" aria-labelledby="{name}-alt"'
    return re.sub(
        r"^<svg ([^>]*)>",
        lambda tag: f'<svg {label} {tag[1]}><title id="{name}-alt">{escape(alt)}</title>',
        svg,
        count=1,
    )
