"""The tournament's picture: what each detector lost, and at what friction, a row of panels for each kind."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure

_OURS, _PEER, _INK = "#d55e00", "#9fb8c8", "#333333"
_PANELS = (
    ("share", "share of the plans lost", 100.0, "%"),
    ("patients_p95", "patients exposed at the stop, 95 of 100", 1.0, ""),
    ("challenged_per_1000", "honest account-days asked, for each 1,000", 1.0, ""),
)


def picture(tables: Mapping[str, Sequence[Mapping[str, Any]]]) -> bytes:
    """SVG bytes; the same tables give the same bytes."""
    with mpl.rc_context({"svg.hashsalt": "rempart", "font.size": 9}):
        figure = Figure(figsize=(11.0, 0.9 + 1.7 * len(tables)), layout="constrained")
        FigureCanvasSVG(figure)
        grid = figure.subplots(len(tables), len(_PANELS), squeeze=False, sharey="row")
        for line, (kind, rows) in zip(grid, tables.items(), strict=True):
            for axes, (field, title, times, unit) in zip(line, _PANELS, strict=True):
                _draw(axes, rows, field, times, unit)
                axes.set_title(
                    f"{kind}: {title}" if field == "share" else title, loc="left", fontsize=9, color=_INK
                )
        out = BytesIO()
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": "Tournament"})
    return out.getvalue()


def _draw(axes: Any, rows: Sequence[Mapping[str, Any]], field: str, times: float, unit: str) -> None:
    values = [one[field] * times for one in rows]
    axes.barh(range(len(rows)), values, height=0.62, color=[_OURS, *[_PEER] * (len(rows) - 1)])
    for place, value in enumerate(values):
        axes.text(
            value,
            place,
            f" {value:,.1f}{unit}" if value < 100 else f" {value:,.0f}{unit}",
            va="center",
            color=_INK,
        )
    axes.set_yticks(range(len(rows)), [one["detector"] for one in rows])
    axes.set_ylim(len(rows) - 0.4, -0.6)
    axes.set_xlim(0, max([*values, 1.0]) * 1.25)
    axes.tick_params(length=0, colors=_INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
