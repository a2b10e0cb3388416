"""From the ledger to the weaknesses a thief would use next: the journey behind ``rempart posture``.

Reads the ledger, care data, staff list and, if given, a table of login methods; gives a document (``posture.json``)
and a page with a picture (``posture.html``), each finding with what is at stake and the one thing to do. The
stake is the retail price, linear as in a decision: each patient whose data the account, role or system could give
away without need for the work done. Writes nothing into the data folder.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import matplotlib
from matplotlib.figure import Figure
from matplotlib.ticker import FixedLocator, FuncFormatter, LogLocator

from rempart.canonical import hash_document
from rempart.incident.frauds import category_words
from rempart.language import Language, printable
from rempart.market.book import load as load_book
from rempart.market.stake import stake_table
from rempart.market.worth import price_person
from rempart.pipeline.chart_style import STYLE, svg_of
from rempart.pipeline.login_methods import read_methods
from rempart.pipeline.page import page_environment
from rempart.pipeline.panel import COLOURS, RULE
from rempart.pipeline.posture_facts import count_house
from rempart.pipeline.private_streams import make_folder, write_whole
from rempart.pipeline.spelling import write_json
from rempart.pipeline.wording import iso_time
from rempart.posture.checks import look_over
from rempart.posture.finding import Finding
from rempart.posture.house import Euros, Price
from rempart.posture.words import TITLES, say_finding, say_untold
from rempart.settings import Settings

MOST_DRAWN, MOST_LISTED = 12, 200


def take_posture(data: Path, settings: Settings, logins: Path | None, language: Language) -> dict[str, Any]:
    """The document of the house whose ledger is below ``data``, in words of ``language``.

    LedgerError where there is no ledger; SourceError where it is empty or ``logins`` is no table.
    """
    book = load_book(Path(settings.price_book) if settings.price_book else None)
    stakes = stake_table(book, Path(settings.content_classes) if settings.content_classes else None)
    house = count_house(data, stakes, _pricing(book), None if logins is None else read_methods(logins))
    findings, untold = look_over(house)
    document: dict[str, Any] = {
        "format": "rempart-posture-1",
        "from": iso_time(house.first_ms),
        "to": iso_time(house.last_ms),
        "accounts": sum(account.last_ms is not None for account in house.accounts),
        "patients": max((system.patients for system in house.systems), default=0),
        "findings": [_finding(one, language) for one in findings],
        "untold": [
            {"code": one.code, "why": say_untold(one, language.gettext, language.number), "figures": dict(one.figures)}
            for one in untold
        ],
        "price_book": {"file": book.file, "title": book.title, "as_of": book.as_of.isoformat()},
    }  # fmt: skip
    return document | {"hash": hash_document(document)}


def write_posture(document: Mapping[str, Any], out: Path, language: Language, zone: str) -> None:
    """``posture.json`` and ``posture.html`` into the folder ``out``, days in ``zone``. SourceError where it cannot be written."""
    make_folder(out)
    write_json(out / "posture.json", document)
    environment = page_environment(language)
    environment.filters["headline"] = lambda one: headline(one, one["found"], language)
    page = environment.get_template("posture.html").render(
        language=language.code,
        document=document,
        days=[
            language.day(datetime.fromisoformat(document[end]).astimezone(ZoneInfo(zone)))
            for end in ("from", "to")
        ],
        titles={part: language.gettext(title) for part, title in TITLES.items()},
        checks=_by_check(document),
        most_listed=MOST_LISTED,
        picture=_picture(document["findings"][:MOST_DRAWN], language),
    )
    write_whole(out / "posture.html", page.encode())


def headline(finding: Mapping[str, Any], said: str, language: Language) -> str:
    """The kind of weakness a finding of the document is, and what is ``said`` of it."""
    title = language.gettext(TITLES[finding["check"]])
    return language.gettext("{title}: {said}").format(title=title, said=said)


def _pricing(book: Any) -> Price:
    @cache
    def one(kinds: tuple[str, ...]) -> Euros:
        worth = price_person(book, kinds, 0.0)
        return worth.low, worth.high

    def price(people: int, shows: tuple[str, ...], may_show: tuple[str, ...]) -> Euros:
        return people * one(shows)[0], people * one(may_show)[1]

    return price


def _finding(one: Finding, language: Language) -> dict[str, Any]:
    found, to_do = say_finding(one, language.gettext, language.number, category_words())
    return {
        "code": one.code,
        "check": one.code.partition("_")[0],
        "about": one.about,
        "found": found,
        "to_do": to_do,
        "people": one.people,
        "stake_eur": [round(amount, 2) for amount in one.stake_eur],
        "figures": dict(one.figures),
    }


def _by_check(document: Mapping[str, Any]) -> list[tuple[str, int, Euros]]:
    """Each kind of weakness, how many there are, and the highest stake among them."""
    rows: list[tuple[str, int, Euros]] = []
    for part in TITLES:
        mine = [tuple(one["stake_eur"]) for one in document["findings"] if one["check"] == part]
        rows.append((part, len(mine), max(mine, key=lambda stake: stake[1], default=(0.0, 0.0))))
    return rows


def _picture(findings: list[Mapping[str, Any]], language: Language) -> str:
    """One bar a finding from its low to its high stake; an SVG element, or nothing to draw."""
    if not findings:
        return ""
    least = 0.1
    with matplotlib.rc_context(STYLE):
        figure = Figure(figsize=(9.2, 1.2 + 0.34 * len(findings)), layout="constrained")
        axes = figure.subplots()
        for row, one in enumerate(findings):
            low, high = (max(amount, least) for amount in one["stake_eur"])
            axes.plot([low, high], [row, row], color=COLOURS["restrict"], linewidth=7, solid_capstyle="butt")
            label = language.euros(*one["stake_eur"])
            axes.annotate(label, (high, row), (6, 0), textcoords="offset points", va="center", fontsize=10)
        names = [_label(one, language) for one in findings]
        axes.set_yticks(range(len(findings)), names)
        axes.invert_yaxis()
        axes.set_xscale("log")
        axes.set_xlim(
            min(max(one["stake_eur"][0], least) for one in findings) / 3,
            findings[0]["stake_eur"][1] * 60 + 10,
        )
        axes.xaxis.set_major_locator(LogLocator(base=10, numticks=5))
        axes.xaxis.set_minor_locator(FixedLocator([]))
        axes.xaxis.set_major_formatter(FuncFormatter(lambda at, _: language.euros(at, at)))
        axes.grid(axis="x", color=RULE, linewidth=0.8)
        axes.tick_params(length=0)
        axes.set_title(language.gettext("At stake (logarithmic scale)"), loc="left")
        alt = language.gettext(
            "What is at stake in each of the first findings; the table below says the same."
        )
        return svg_of(figure, "posture", alt)


def _label(one: Mapping[str, Any], language: Language) -> str:
    about = printable(one["about"].rpartition("/")[2] or language.gettext("the whole house"), 22)
    return headline(one, about, language)
