"""The timeline of a theft: accesses an hour by who probably made them, and patients reached so far.

Reads a controller's scope; gives SVG and PNG bytes, the same for the same figures. Hours the logs do
not cover are hatched. Account names are not drawn: the picture may be shown to others.
"""

from __future__ import annotations

import io
from datetime import UTC, datetime
from typing import Any

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from rempart.incident.exposure import Array
from rempart.incident.gaps import HOUR_MS
from rempart.incident.split import SURE
from rempart.language import Language
from rempart.pipeline.aftermath import Asked, ControllerScope
from rempart.pipeline.chart_style import STYLE
from rempart.pipeline.panel import COLOURS, INK, RULE
from rempart.pipeline.pictures import time_ticks
from rempart.records import MISSING_MS

MOST_BARS = 240
_PARTS = (("thief", "restrict"), ("unclear", "step_up"), ("owner", "allow"))


def timeline(one: ControllerScope, asked: Asked, language: Language, zone: str) -> dict[str, bytes]:
    """``svg`` and ``png`` of the timeline; empty where no access has a time."""
    accesses, scope = one.accesses, one.scope
    timed = (accesses.recorded_ms != MISSING_MS) & accesses.possible
    if not timed.any():
        return {}
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "scope"}):
        figure = Figure(figsize=(9.2, 4.6), layout="constrained")
        FigureCanvasAgg(figure)
        bars, reached = figure.subplots(2, 1, sharex=True, height_ratios=(1.4, 1))
        edges, hours = _edges(asked.from_ms, asked.to_ms)
        _draw_bars(bars, accesses.recorded_ms[timed], scope.split.thief[timed], edges, hours, language)
        _draw_reached(reached, scope.people.first_ms, scope.people.certain, edges, language)
        for axes in (bars, reached):
            _draw_gaps(axes, scope.gaps)
            axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
            axes.yaxis.set_major_formatter(FuncFormatter(lambda at, _: language.number(at)))
            axes.grid(axis="y", color=RULE, linewidth=0.8)
            axes.tick_params(length=0)
            axes.set_ylim(bottom=0)
            axes.set_xlim(_moment(edges[0]), _moment(edges[-1]))
        reached.set_xticks(*time_ticks(_moment(edges[0]), _moment(edges[-1]), language, zone))
        reached.set_xlabel(zone)
        return {"svg": saved(figure, "svg"), "png": saved(figure, "png")}


def _edges(from_ms: int, to_ms: int) -> tuple[Array, int]:
    """Edges of the bars (ms) and how many hours one is wide."""
    first, last = from_ms // HOUR_MS, -(-to_ms // HOUR_MS)
    hours = max(1, -(-(last - first) // MOST_BARS))
    return np.arange(first, last + hours, hours) * HOUR_MS, hours


def _draw_bars(axes: Axes, at_ms: Array, thief: Array, edges: Array, hours: int, language: Language) -> None:
    names = part_names(language)
    chosen = {"thief": thief >= SURE, "owner": thief <= 1 - SURE}
    chosen["unclear"] = ~chosen["thief"] & ~chosen["owner"]
    floor = np.zeros(edges.size - 1)
    moments = [_moment(edge) for edge in edges]
    for part, colour in _PARTS:
        counts, _ = np.histogram(at_ms[chosen[part]], edges)
        top = floor + counts
        axes.fill_between(
            moments,
            np.append(floor, floor[-1]),
            np.append(top, top[-1]),
            step="post",
            color=COLOURS[colour],
            linewidth=0,
            label=names[part],
        )
        floor = top
    every = language.ngettext("Accesses, per hour", "Accesses, per {hours} hours", hours)
    axes.set_title(every.format(hours=language.number(hours)), loc="left")
    axes.legend(loc="upper right", ncols=3, frameon=False, borderaxespad=0, handlelength=1.0,
                bbox_to_anchor=(1.0, 1.18), fontsize=10)  # fmt: skip


def _draw_reached(axes: Axes, first_ms: Array, certain: Array, edges: Array, language: Language) -> None:
    """Patients reached so far: proved, and with those that may have been."""
    moments = [_moment(edge) for edge in edges]
    for who, style in ((np.ones_like(certain, bool), (0, (4, 3))), (certain.astype(bool), "solid")):
        known = np.sort(first_ms[who & (first_ms != MISSING_MS)])
        axes.plot(moments, np.searchsorted(known, edges), color=INK, linestyle=style, linewidth=1.6)
    axes.set_title(language.gettext("Patients reached so far (dashed: with possible ones)"), loc="left")


def _draw_gaps(axes: Axes, gaps: Any) -> None:
    for gap in gaps:
        if gap.kind in ("missing_hours", "sequence_hole"):
            axes.axvspan(_moment(gap.from_ms), _moment(gap.to_ms), facecolor="none", edgecolor=RULE,
                         hatch="///", linewidth=0)  # fmt: skip


def part_names(language: Language) -> dict[str, str]:
    """Who probably made an access, in words."""
    _ = language.gettext
    return {"thief": _("thief"), "unclear": _("cannot be told"), "owner": _("owner")}


def _moment(at_ms: float) -> Any:
    return datetime.fromtimestamp(at_ms / 1000, UTC)


def saved(figure: Figure, form: str) -> bytes:
    written = io.BytesIO()
    nothing: Any = dict.fromkeys(("Date", "Creator") if form == "svg" else ("Software",))
    figure.savefig(written, format=form, metadata=nothing, dpi=110)
    return written.getvalue()
