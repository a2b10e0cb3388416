"""The worth of a theft by category, and how many people each fraud threatens: one picture, two panels.

Reads the document of ``value.json``; gives SVG and PNG bytes, the same for the same figures.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import matplotlib
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator

from rempart.incident.frauds import category_words, fraud_names
from rempart.language import Language
from rempart.pipeline.chart_style import STYLE
from rempart.pipeline.panel import COLOURS, RULE
from rempart.pipeline.scope_picture import saved

LEAST_EUR = 0.1
_LEVELS = (("high", "block"), ("medium", "restrict"), ("low", "step_up"))


def bars(document: Mapping[str, Any], language: Language) -> dict[str, bytes]:
    """``svg`` and ``png``; empty where nothing was exposed."""
    if not document["by_category"]:
        return {}
    with matplotlib.rc_context({**STYLE, "svg.hashsalt": "value"}):
        figure = Figure(figsize=(12.0, 4.6), layout="constrained")
        FigureCanvasAgg(figure)
        worth, risk = figure.subplots(1, 2, width_ratios=(1, 1))
        _draw_worth(worth, document["by_category"], language)
        _draw_risks(risk, document["risks"], language)
        for axes in (worth, risk):
            axes.invert_yaxis()
            axes.grid(axis="x", color=RULE, linewidth=0.8)
            axes.tick_params(length=0)
        return {"svg": saved(figure, "svg"), "png": saved(figure, "png")}


def _draw_worth(axes: Axes, categories: list[dict[str, Any]], language: Language) -> None:
    """Retail interval of each category, on a logarithmic scale."""
    words = category_words()
    highest = max(one["retail_eur"][1] for one in categories)
    for row, one in enumerate(categories):
        low, high = (max(amount, LEAST_EUR) for amount in one["retail_eur"])
        axes.plot([low, high], [row, row], color=COLOURS["restrict"], linewidth=7, solid_capstyle="butt")
    axes.set_xscale("log")
    axes.set_xlim(LEAST_EUR, max(10.0, highest) * 2)
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=4))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: language.euros(at, at)))
    axes.set_yticks(range(len(categories)), [words[one["category"]] for one in categories])
    axes.set_title(language.gettext("Sold one by one (logarithmic scale)"), loc="left")


def _draw_risks(axes: Axes, risks: Mapping[str, Mapping[str, int]], language: Language) -> None:
    """People at each level of each fraud."""
    _ = language.gettext
    names, levels = fraud_names(), {"high": _("high risk"), "medium": _("medium risk"), "low": _("low risk")}
    floor = [0] * len(risks)
    for level, colour in _LEVELS:
        counts = [risk[level] for risk in risks.values()]
        axes.barh(
            range(len(risks)), counts, left=floor, color=COLOURS[colour], height=0.6, label=levels[level]
        )
        floor = [below + count for below, count in zip(floor, counts, strict=True)]
    axes.set_yticks(range(len(risks)), [names[name] for name in risks])
    axes.xaxis.set_major_locator(MaxNLocator(3, integer=True))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: language.number(at)))
    axes.set_title(_("People at risk"), loc="left")
    axes.legend(
        loc="upper center", ncols=3, frameon=False, handlelength=1.0, fontsize=10, bbox_to_anchor=(0.3, -0.1)
    )
