"""The pictures of the report page, as SVG that stands inside the page.

Reads a :class:`~rempart.pipeline.tally.Tally`. Gives SVG elements (:mod:`rempart.pipeline.panel`): no fetch, no
script. Misses: nothing can be pointed at; the figures stand in tables too.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import numpy as np

from rempart.language import Language, printable
from rempart.pipeline.panel import COLOURS, LETTER, WIDTH, Panel, even_ticks, picture, text
from rempart.pipeline.tally import ACTIONS, BINS, BINS_PER_DECADE, HOUR_MS, AccountLine, Numbers, Tally
from rempart.pipeline.wording import answer_words

MOST_BINS = 360
MOST_NAME = 26
ROW = 24.5
"""Points from one account's bar to the next."""
LEAST_EUR = 0.1
EDGE = WIDTH - 3


def timeline(tally: Tally, language: Language, zone: str, alt: str) -> str:
    """Accesses and challenges over time, two panels on one axis."""
    hours_per_bin, starts, counts = _binned(tally)
    edges = [*(starts / 1000).tolist()]
    highest = [float(counts[:, 0].max()), float(counts[:, 1:].sum(axis=1).max())]
    margin = 12 + LETTER * max(len(language.number(most)) for most in highest)
    across = edges[0], edges[-1]
    busy = Panel(margin, 18, EDGE, 113, across, _from_nothing(highest[0]))
    odd = Panel(margin, 148, EDGE, 268, across, _from_nothing(highest[1]))
    floor = np.zeros(len(starts) - 1, np.int64)
    for panel, most in zip((busy, odd), highest, strict=True):
        panel.rules_up((tick, language.number(tick)) for tick in even_ticks(most))
    busy.steps(edges, floor.tolist(), counts[:-1, 0].tolist(), COLOURS["allow"])
    for number, action in enumerate(ACTIONS[1:], start=1):
        top = floor + counts[:-1, number]
        odd.steps(edges, floor.tolist(), top.tolist(), COLOURS[action])
        floor = top
    busy.title(_per_bin(language.gettext("Allowed accesses"), hours_per_bin, language))
    odd.title(_per_bin(language.gettext("Other answers"), hours_per_bin, language))
    odd.legend(_legend(language, ACTIONS[1:]))
    moments = [datetime.fromtimestamp(edge, UTC) for edge in across]
    ticks, labels = time_ticks(moments[0], moments[1], language, zone)
    odd.labels_across(zip([tick.timestamp() for tick in ticks], labels, strict=True))
    odd.below(zone)
    for panel in (busy, odd):
        panel.frame()
    return picture("timeline", alt, 302.4, (busy, odd))


def accounts(lines: Sequence[AccountLine], language: Language, alt: str) -> str:
    """The most doubted accounts: how sure, and what was at stake on a logarithmic scale."""
    names = [printable(line.account, MOST_NAME) for line in lines]
    margin = 12 + LETTER * max(map(len, names))
    bottom, rows = 22 + ROW * len(lines), (len(lines) - 0.5, -0.5)
    middle = margin + 0.465 * (EDGE - margin)
    sure = Panel(margin, 22, middle - 16, bottom, (0, 100), rows)
    sure.labels_across([(at, f"{language.number(at)} %") for at in range(0, 101, 20)], ruled=True)
    for row, (line, name) in enumerate(zip(lines, names, strict=True)):
        sure.parts.append(text(margin - 6, sure.y(row) + 4, name, "end"))
        colour = COLOURS["block" if line.challenged else "allow"]
        sure.bar(0, 100 * line.max_hijack, row, 0.62 * ROW, colour)
    sure.title(language.gettext("Held by somebody else?"))
    stake = Panel(middle + 16, 22, EDGE, bottom, (-1, _decades(lines)), rows)
    _stakes(stake, lines, language)
    return picture("accounts", alt, bottom + 24, (sure, stake))


def doubt(tally: Tally, language: Language, alt: str) -> str:
    """How many decisions stood at each doubt, by answer, with the least doubt that was challenged."""
    edges = (np.arange(BINS + 1) / BINS_PER_DECADE - BINS / BINS_PER_DECADE).tolist()
    most = max(10.0, 2.0 * float(tally.doubt.max(initial=1)))
    least = math.log10(0.5)
    decades = range(math.floor(math.log10(most)) + 1)
    margin = 12 + LETTER * len(language.number(10 ** decades[-1]))
    panel = Panel(max(margin, 40), 34, EDGE - 16, 203, (edges[0], 0), (least, math.log10(most)))
    panel.rules_up((at, language.number(10**at)) for at in decades[:: 1 + len(decades) // 7])
    for number in np.argsort(-tally.doubt.sum(axis=1), kind="stable").tolist():
        heights = np.log10(np.maximum(tally.doubt[number], 0.5)).tolist()
        panel.steps(edges, [least] * BINS, heights, COLOURS[ACTIONS[number]])
    panel.frame()
    panel.labels_across([(at, _percent(at, language)) for at in range(-6, 1)])
    if math.isfinite(tally.least_challenged):
        panel.dashed(math.log10(min(max(tally.least_challenged, 1e-6), 1.0)))
    panel.below(language.gettext("Probability that somebody else holds the account"))
    panel.title(language.gettext("Decisions (logarithmic scale)"))
    legend = Panel(panel.left, 20, panel.right, 203, panel.across, panel.up)
    legend.legend(_legend(language, ACTIONS))
    return picture("doubt", alt, 244.8, (panel, legend))


def _stakes(panel: Panel, lines: Sequence[AccountLine], language: Language) -> None:
    """One bar an account from the low to the high stake; a mark at the left edge for nothing."""
    ticks = range(0, math.floor(panel.across[1]) + 1, 1 + math.floor(panel.across[1]) // 5)
    panel.labels_across([(at, language.euros(10**at, 10**at)) for at in ticks], ruled=True)
    for row, line in enumerate(lines):
        low, high = (math.log10(max(each, LEAST_EUR)) for each in (line.stake_low_eur, line.stake_high_eur))
        panel.bar(low, high, row, 7, COLOURS["restrict"])
        label = language.euros(line.stake_low_eur, line.stake_high_eur)
        panel.parts.append(text(panel.x(high) + 6, panel.y(row) + 4, label))
    panel.title(language.gettext("At stake where challenged (logarithmic scale)"))


def _decades(lines: Sequence[AccountLine]) -> float:
    """Logarithm of the right edge of the stakes: room for the labels behind the highest."""
    return math.log10(80 * max(10.0, *(line.stake_high_eur for line in lines)))


def _from_nothing(most: float) -> tuple[float, float]:
    return 0.0, 1.05 * max(most, 1.0)


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


def _percent(exponent: float, language: Language) -> str:
    digits = max(0, round(-exponent) - 2)
    written = f"{language.number(100 * 10.0**exponent, digits)} %"
    return f"≤ {written}" if exponent <= -6 else written


def _legend(language: Language, actions: Sequence[str]) -> list[tuple[str, str]]:
    names = answer_words(language)
    return [(COLOURS[action], names[action]) for action in actions]
