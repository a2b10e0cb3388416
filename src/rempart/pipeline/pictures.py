"""The pictures of the report page, as SVG that stands inside the page.

Reads a :class:`~rempart.pipeline.tally.Tally`. Gives SVG elements: no fetch, no script, text kept as
text (a screen reader and the page's own font get at it), identifiers made unique so that several
pictures share a page, and the same bytes for the same figures. Account names are shown as they
are, never read as formulas. Misses: nothing can be pointed at; the figures stand in tables too.

Colours: the Okabe-Ito palette, told apart with the common kinds of colour blindness; the answers
also differ in lightness, for grey prints.
"""

from __future__ import annotations

import io
import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from xml.sax.saxutils import escape
from zoneinfo import ZoneInfo

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator, MaxNLocator

from rempart.language import Language, printable
from rempart.pipeline.tally import ACTIONS, BINS, BINS_PER_DECADE, HOUR_MS, AccountLine, Numbers, Tally
from rempart.pipeline.wording import answer_words

COLOURS = {"allow": "#9DB4C8", "step_up": "#E69F00", "restrict": "#D55E00", "block": "#7A1238"}
INK = "#1c2733"
RULE = "#d5dde5"
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
MOST_BINS = 360
MOST_NAME = 26


def timeline(tally: Tally, language: Language, zone: str, alt: str) -> str:
    """Accesses and challenges over time, two panels on one axis."""
    with matplotlib.rc_context(STYLE):
        hours_per_bin, starts, counts = _binned(tally)
        figure = Figure(figsize=(9.2, 4.2), layout="constrained")
        busy, odd = figure.subplots(2, 1, sharex=True, height_ratios=(1, 1.3))
        edges = [datetime.fromtimestamp(start / 1000, UTC) for start in starts]
        busy.fill_between(edges, counts[:, 0], step="post", color=COLOURS["allow"], linewidth=0)
        busy.set_title(_per_bin(language.gettext("Allowed accesses"), hours_per_bin, language), loc="left")
        floor = np.zeros(len(starts))
        for number, action in enumerate(ACTIONS[1:], start=1):
            top = floor + counts[:, number]
            odd.fill_between(edges, floor, top, step="post", color=COLOURS[action], linewidth=0)
            floor = top
        odd.set_title(_per_bin(language.gettext("Other answers"), hours_per_bin, language), loc="left")
        _legend(odd, language, ACTIONS[1:])
        for axes in (busy, odd):
            _count_axis(axes, language)
            axes.set_ylim(bottom=0)
        odd.set_xticks(*time_ticks(edges[0], edges[-1], language, zone))
        odd.set_xlabel(zone)
        return svg_of(figure, "timeline", alt)


def accounts(lines: Sequence[AccountLine], language: Language, alt: str) -> str:
    """The most doubted accounts: how sure, and what was at stake on a logarithmic scale."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.5 + 0.34 * len(lines)), layout="constrained")
        sure, stake = figure.subplots(1, 2, sharey=True, width_ratios=(1, 1.15))
        rows = range(len(lines))
        colours = [COLOURS["block"] if line.challenged else COLOURS["allow"] for line in lines]
        sure.barh(rows, [100 * line.max_hijack for line in lines], color=colours, height=0.62)
        sure.set_xlim(0, 100)
        sure.set_yticks(rows, [printable(line.account, MOST_NAME) for line in lines])
        sure.invert_yaxis()
        sure.xaxis.set_major_formatter(FuncFormatter(lambda at, _: f"{language.number(at)} %"))
        sure.set_title(language.gettext("Held by somebody else?"), loc="left")
        _stakes(stake, lines, language)
        for axes in (sure, stake):
            axes.grid(axis="x", color=RULE, linewidth=0.8)
            axes.tick_params(length=0)
        return svg_of(figure, "accounts", alt)


def doubt(tally: Tally, language: Language, alt: str) -> str:
    """How many decisions stood at each doubt, by answer, with the least doubt that was challenged."""
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 3.4), layout="constrained")
        axes = figure.subplots()
        edges = np.arange(BINS + 1) / BINS_PER_DECADE - BINS / BINS_PER_DECADE
        for number in np.argsort(-tally.doubt.sum(axis=1), kind="stable"):
            heights = np.append(tally.doubt[number], 0)
            filled = np.where(heights > 0, heights, 0.5)
            colour = COLOURS[ACTIONS[number]]
            axes.fill_between(edges, 0.5, filled, step="post", color=colour, linewidth=0)
        axes.set_yscale("log")
        axes.set_ylim(0.5, max(10.0, 2.0 * float(tally.doubt.max(initial=1))))
        axes.set_xlim(edges[0], 0)
        axes.xaxis.set_major_locator(FixedLocator(range(-6, 1)))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: _percent(at, language)))
        axes.yaxis.set_major_locator(LogLocator(base=10, numticks=6))
        axes.yaxis.set_minor_locator(FixedLocator([]))
        _count_axis(axes, language, own_ticks=True)
        axes.set_xlabel(language.gettext("Probability that somebody else holds the account"))
        axes.set_title(language.gettext("Decisions (logarithmic scale)"), loc="left")
        if np.isfinite(tally.least_challenged):
            at = float(np.log10(np.clip(tally.least_challenged, 1e-6, 1.0)))
            axes.axvline(at, color=INK, linestyle=(0, (4, 3)), linewidth=1.4)
        _legend(axes, language, ACTIONS)
        return svg_of(figure, "doubt", alt)


def _stakes(axes: Axes, lines: Sequence[AccountLine], language: Language) -> None:
    """One bar an account from the low to the high stake; a mark at the left edge for nothing."""
    least = 0.1
    for row, line in enumerate(lines):
        low, high = max(line.stake_low_eur, least), max(line.stake_high_eur, least)
        axes.plot([low, high], [row, row], color=COLOURS["restrict"], linewidth=7, solid_capstyle="butt")
        label = language.euros(line.stake_low_eur, line.stake_high_eur)
        axes.annotate(label, (high, row), (6, 0), textcoords="offset points", va="center", fontsize=10)
    highest = max([line.stake_high_eur for line in lines], default=1.0)
    axes.set_xscale("log")
    axes.set_xlim(least, max(10.0, highest) * 80)
    axes.xaxis.set_major_locator(LogLocator(base=10, numticks=6))
    axes.xaxis.set_minor_locator(FixedLocator([]))
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: language.euros(at, at)))
    axes.set_title(language.gettext("At stake where challenged (logarithmic scale)"), loc="left")


def _binned(tally: Tally) -> tuple[int, Numbers, Numbers]:
    """Hours per bin, bin starts (ms) and counts (bins, 4), closed by an empty bin for the last step."""
    first, last = min(tally.hours), max(tally.hours)
    span = (last - first) // HOUR_MS + 1
    hours_per_bin = next(step for step in (1, 3, 6, 12, 24, span) if span <= step * MOST_BINS)
    bins = -(-span // hours_per_bin)
    counts = np.zeros((bins + 1, len(ACTIONS)), np.int64)
    for hour, line in tally.hours.items():
        counts[(hour - first) // HOUR_MS // hours_per_bin] += line
    return hours_per_bin, first + np.arange(bins + 1) * hours_per_bin * HOUR_MS, counts


def time_ticks(
    first: datetime, last: datetime, language: Language, zone: str
) -> tuple[list[datetime], list[str]]:
    """At most a dozen whole hours or midnights of ``zone`` between two times, with their labels."""
    hours = next(
        (
            step
            for step in (1, 2, 3, 6, 12, 24, 48, 168, 336, 720)
            if (last - first) <= timedelta(hours=11 * step)
        ),
        (last - first) // timedelta(hours=11),
    )
    local = ZoneInfo(zone)
    at = first.astimezone(local).replace(hour=0, minute=0)
    day = "%d/%m" if language.code == "fr" else "%b %d"
    ticks, labels = [], []
    while at <= last:
        if at >= first:
            ticks.append(at.astimezone(UTC))
            labels.append(at.strftime(day if at.hour == 0 else "%H:%M"))
        at += timedelta(hours=hours)
    return ticks, labels


def _per_bin(title: str, hours: int, language: Language) -> str:
    every = language.ngettext("{title}, per hour", "{title}, per {hours} hours", hours)
    return every.format(title=title, hours=language.number(hours))


def _count_axis(axes: Axes, language: Language, own_ticks: bool = False) -> None:
    if not own_ticks:
        axes.yaxis.set_major_locator(MaxNLocator(4, integer=True))
    axes.yaxis.set_major_formatter(FuncFormatter(lambda at, _: language.number(at)))
    axes.grid(axis="y", color=RULE, linewidth=0.8)
    axes.tick_params(length=0)


def _percent(exponent: float, language: Language) -> str:
    digits = max(0, round(-exponent) - 2)
    written = f"{language.number(100 * 10.0**exponent, digits)} %"
    return f"≤ {written}" if exponent <= -6 else written


def _legend(axes: Axes, language: Language, actions: Sequence[str]) -> None:
    names = answer_words(language)
    for action in actions:
        axes.fill_between([], [], color=COLOURS[action], label=names[action])
    axes.legend(loc="upper right", ncols=len(actions), frameon=False, borderaxespad=0, handlelength=1.0,
                bbox_to_anchor=(1.0, 1.16), fontsize=10)  # fmt: skip


def svg_of(figure: Figure, name: str, alt: str) -> str:
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
