"""The scoreboard of a duel: rows for a table and one picture.

Reads a :class:`DuelResult` and a price function; gives what each thief would have taken and took,
in patients and euros, and what each role felt. Prices are intervals and stay intervals. The picture
is an SVG: thieves on the left, friction on the right, in two colours told apart by everybody
(Okabe & Ito 2008). Misses: confidence over many seeds; one duel is one draw.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any

import matplotlib as mpl
from matplotlib.backends.backend_svg import FigureCanvasSVG
from matplotlib.figure import Figure
from matplotlib.ticker import FuncFormatter

from rempart.lab.duel import DuelResult
from rempart.lab.haul import Profiles
from rempart.lab.tally import Friction, ThiefResult
from rempart.lab.words import story_words
from rempart.language import Language

Price = Callable[[Profiles], tuple[float, float]]
"""Euros, low and high, of so many patients with each set of FHIR types."""

_WOULD, _TOOK, _INK = "#9fb8c8", "#d55e00", "#333333"
_FELT = "#0072b2"
_FIGURE_INCHES = (11.0, 4.6)


@dataclass(frozen=True, slots=True)
class ThiefRow:
    """One thief's line in the table. Money in euros, ``(low, high)``; times in UTC."""

    family: str
    role: str
    would_patients: int
    took_patients: int
    share_taken: float
    """Of the pairs of a patient and a category of data that it planned to take."""
    would_eur: tuple[float, float]
    took_eur: tuple[float, float]
    started_at: datetime
    stopped_at: datetime
    stopped_by: str
    first_doubt_after_s: float | None
    """Seconds from its start to the first answer that was not allow; None if there was none."""
    fooled: int


@dataclass(frozen=True, slots=True)
class FrictionRow:
    """One role's line in the table; rates are account-days for each 1,000 worked."""

    role: str
    active_days: int
    step_ups_per_1000: float
    restricts_per_1000: float
    blocks_per_1000: float
    refused: int


def thief_rows(result: DuelResult, price: Price) -> list[ThiefRow]:
    """One row a thief, in the order they were let loose."""
    return [_thief_row(thief, price) for thief in result.thieves]


def _thief_row(thief: ThiefResult, price: Price) -> ThiefRow:
    doubted = thief.first_doubt_ms
    return ThiefRow(
        thief.family,
        thief.role,
        thief.planned.patients,
        thief.taken.patients,
        thief.share_taken,
        price(thief.planned.profiles),
        price(thief.taken.profiles),
        datetime.fromtimestamp(thief.starts_ms / 1000, UTC),
        datetime.fromtimestamp(thief.stopped_ms / 1000, UTC),
        thief.stopped_by,
        None if doubted is None else (doubted - thief.starts_ms) / 1000,
        thief.fooled,
    )


def friction_rows(result: DuelResult, after_warm_up: bool = True) -> list[FrictionRow]:
    """One row a role that worked, then ``all``, then the owners of stolen accounts."""
    roles = result.by_role_after_warm_up if after_warm_up else result.by_role
    total = result.after_warm_up if after_warm_up else result.overall
    return [_friction_row(row) for row in (*roles, total, result.owners) if row.active_days]


def _friction_row(row: Friction) -> FrictionRow:
    return FrictionRow(
        row.role,
        row.active_days,
        row.step_ups_per_1000,
        row.per_1000(row.restrict_days),
        row.per_1000(row.block_days),
        row.refused,
    )


def picture(result: DuelResult, language: Language) -> bytes:
    """Both panels as SVG bytes, in ``language``; the same result gives the same bytes."""

    with mpl.rc_context({"svg.hashsalt": "rempart", "font.size": 10, "axes.edgecolor": "#888888"}):
        figure = Figure(figsize=_FIGURE_INCHES, layout="constrained")
        FigureCanvasSVG(figure)
        left, right = figure.subplots(1, 2, width_ratios=(1.15, 1.0))
        _draw_thieves(left, result, language)
        _draw_friction(right, result, language)
        out = BytesIO()
        title = language.gettext("Thieves and friction")
        figure.savefig(out, format="svg", metadata={"Date": None, "Title": title})
    return out.getvalue()


def _tidy(axes: Any, title: str, names: list[str], across: str) -> None:
    axes.set_title(title, loc="left", color=_INK, fontsize=11)
    axes.set_yticks(range(len(names)), names)
    axes.set_ylim(len(names) - 0.4, -0.6)
    axes.set_xlabel(across, color=_INK)
    axes.tick_params(length=0, colors=_INK)
    axes.spines[["top", "right", "left"]].set_visible(False)
    axes.grid(axis="x", color="#e6e6e6", linewidth=0.8)
    axes.set_axisbelow(True)


def _draw_thieves(axes: Any, result: DuelResult, language: Language) -> None:
    _, number = language.gettext, language.number
    thieves, words = result.thieves, story_words(language)
    most = max((thief.planned.patients for thief in thieves), default=1)
    for place, thief in enumerate(thieves):
        would, took = thief.planned.patients, thief.taken.patients
        axes.barh(place, would, height=0.62, color=_WOULD, label=None if place else _("would have taken"))
        axes.barh(place, took, height=0.28, color=_TOOK, label=None if place else _("took"))
        said = _("{took} of {would}").format(took=number(took), would=number(would))
        axes.text(would + most * 0.015, place, said, va="center", color=_INK, fontsize=9)
    names = [words.get(thief.family, thief.family) for thief in thieves]
    _tidy(axes, _("What each thief got"), names, _("patients"))
    axes.set_xlim(0, most * 1.28)
    axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: number(at)))
    if thieves:
        axes.legend(frameon=False, loc="upper center", bbox_to_anchor=(0.5, -0.13), ncols=2, fontsize=9)


def _draw_friction(axes: Any, result: DuelResult, language: Language) -> None:
    _, number, words = language.gettext, language.number, story_words(language)
    rows = [row for row in friction_rows(result) if not row.role.startswith("owners")]
    for place, row in enumerate(rows):
        axes.barh(place, row.step_ups_per_1000, height=0.62, color=_INK if row.role == "all" else _FELT)
        axes.text(
            row.step_ups_per_1000,
            place,
            f"  {number(row.step_ups_per_1000, 1)}",
            va="center",
            color=_INK,
            fontsize=9,
        )
    names = [words.get(row.role, row.role.replace("_", " ")) for row in rows]
    _tidy(axes, _("What honest staff felt"), names, _("days with a challenge, for each 1,000 worked"))
    axes.set_xlim(0, max([row.step_ups_per_1000 for row in rows] + [4.5]) * 1.2)
