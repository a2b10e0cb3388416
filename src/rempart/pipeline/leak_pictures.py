"""The pictures of a leak's page: map of columns, bracket of days, coverage by account, as SVG inside the page.

Reads a :class:`~rempart.pipeline.leak.Finding`; gives SVG elements (:mod:`rempart.pipeline.pictures` says how they
are made safe). Misses more than :data:`MOST_COLUMNS` columns and :data:`MOST_ACCOUNTS` accounts: the tables and
verdict.json have all.
"""

from __future__ import annotations

from datetime import timedelta

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter, MaxNLocator

from rempart.language import Language, printable
from rempart.leak.columns import CATEGORIES, Column, category_of
from rempart.leak.fresh import Freshness
from rempart.leak.through import AccountShare
from rempart.pipeline.chart_style import STYLE, svg_of
from rempart.pipeline.leak import EPOCH
from rempart.pipeline.panel import COLOURS, INK, RULE
from rempart.pipeline.pictures import MOST_NAME

MOST_COLUMNS = 40
MOST_ACCOUNTS = 15
PALETTE = (
    "#0072B2",
    "#7A1238",
    "#56B4E9",
    "#009E73",
    "#D55E00",
    "#E69F00",
    "#CC79A7",
    "#332288",
    "#999933",
    "#882255",
)
"""One colour a category, told apart with the common kinds of colour blindness; the names stand beside."""


def columns_map(
    columns: tuple[Column, ...], names: dict[str, str], kinds: dict[str, str], language: Language, alt: str
) -> str:
    """One bar a column: how full it is, coloured by category, fainter where its kind is less sure."""
    shown = columns[:MOST_COLUMNS]
    order = list(CATEGORIES)
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.1 + 0.3 * len(shown)), layout="constrained")
        axes = figure.subplots()
        for place, column in enumerate(shown):
            category = category_of(column.kind)
            colour = PALETTE[order.index(category)] if category else RULE
            axes.barh(
                place, 100 * column.filled, color=colour, alpha=0.35 + 0.65 * column.confidence, height=0.7
            )
            said = f"{kinds[column.kind]} · {names[category]}" if category else kinds[column.kind]
            axes.annotate(
                said,
                (100, place),
                (8, 0),
                textcoords="offset points",
                va="center",
                fontsize=10,
                annotation_clip=False,
            )
        axes.set_yticks(range(len(shown)), [printable(column.name, MOST_NAME) for column in shown])
        axes.set_xlim(0, 100)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{language.number(at)} %"))
        axes.set_title(language.gettext("Cells filled, and what they hold"), loc="left")
        axes.tick_params(length=0)
        return svg_of(figure, "columns", alt)


def bracket(fresh: Freshness, language: Language, alt: str) -> str:
    """The likelihood of each day; the bracket shaded, older parts marked below."""
    newest = fresh.parts[0]
    width = max(newest.last - newest.first, 6)
    first = min([newest.first - 2 * width, *(part.first - 5 for part in fresh.parts[1:])])
    kept = (fresh.days >= first) & (fresh.days <= newest.last + 2 * width)
    days = fresh.days[kept]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 2.8), layout="constrained")
        axes = figure.subplots()
        axes.fill_between(days, fresh.likelihood[kept], step="mid", color=COLOURS["allow"], linewidth=0)
        axes.axvspan(newest.first - 0.5, newest.last + 0.5, color=COLOURS["step_up"], alpha=0.3, linewidth=0)
        for part in fresh.parts[1:]:
            axes.axvspan(part.first - 0.5, part.last + 0.5, color=COLOURS["block"], alpha=0.35, linewidth=0)
        axes.set_yticks([])
        axes.set_ylim(0, 1.05)
        axes.set_title(language.gettext("How likely each day is the day the file left"), loc="left")
        axes.tick_params(length=0)
        axes.xaxis.set_major_locator(MaxNLocator(7, integer=True))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _day(at, language)))
        return svg_of(figure, "bracket", alt)


def coverage(accounts: tuple[AccountShare, ...], leaked: int, language: Language, alt: str) -> str:
    """One bar an account: how many of the leaked patients it read, with what chance would give as a mark."""
    shown = accounts[:MOST_ACCOUNTS]
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.2 + 0.34 * len(shown)), layout="constrained")
        axes = figure.subplots()
        rows = range(len(shown))
        axes.barh(rows, [100 * each.read / leaked for each in shown], color=COLOURS["block"], height=0.62)
        for row, each in enumerate(shown):
            at = 100 * min(each.by_chance / leaked, 1.0)
            axes.plot([at, at], [row - 0.42, row + 0.42], color=INK, linewidth=2)
        axes.set_yticks(rows, [printable(each.account, MOST_NAME) for each in shown])
        axes.set_xlim(0, 100)
        axes.invert_yaxis()
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{language.number(at)} %"))
        axes.set_title(
            language.gettext("Leaked patients each account read; the mark is what chance would give"),
            loc="left",
        )
        axes.grid(axis="x", color=RULE, linewidth=0.8)
        axes.tick_params(length=0)
        return svg_of(figure, "coverage", alt)


def _day(at: float, language: Language) -> str:
    return language.short_day(EPOCH + timedelta(days=round(at)))
