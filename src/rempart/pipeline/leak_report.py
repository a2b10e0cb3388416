"""The page of a leak: the verdict first, then what is in it, how fresh, through whom, worth what, what to do.

Reads a finding and its verdict; writes ``report.html`` (one file, no script, nothing loaded) and ``statement.md``. Headings, file names
and accounts are hostile until escaped and made printable; no patient stands on the page.
"""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import jinja2

from rempart.incident.frauds import fraud_names, level_names
from rempart.language import Language, language_of
from rempart.pipeline import leak_pictures
from rempart.pipeline.leak import Finding
from rempart.pipeline.leak_words import category_names, kind_names
from rempart.pipeline.page import page_environment
from rempart.pipeline.private_streams import write_whole

PAGE = "report.html"
STATEMENT = "statement.md"


def write_leak_page(out: Path, finding: Finding, verdict: dict[str, Any], language: str) -> Path:
    """Write ``out/report.html`` and the draft statement alone in ``language``; returns the page's path."""
    spoken = language_of(language)
    told = statement(verdict, category_names(), spoken)
    page = _environment(spoken).get_template("leak.html").render(
        language=spoken.code,
        verdict=verdict,
        names=category_names(),
        kinds=kind_names(),
        frauds=fraud_names(),
        levels=level_names()[:0:-1],
        pictures=_pictures(finding, spoken),
        statement=told,
    )  # fmt: skip
    write_whole(out / PAGE, page.encode())
    write_whole(out / STATEMENT, ("\n\n".join(told) + "\n").encode())
    return out / PAGE


def _environment(language: Language) -> jinja2.Environment:
    environment = page_environment(language)
    environment.filters.update(
        percent=lambda share: f"{language.number(100 * float(share), 1)}\u00a0%",
    )
    return environment


def _pictures(finding: Finding, language: Language) -> dict[str, str]:
    """Name to SVG element; only those there is something to draw for."""
    _ = language.gettext
    drawn: dict[str, str] = {}
    if finding.columns:
        alt = _(
            "Each column with the share of its cells that are filled and what it holds; the table says the same."
        )
        drawn["columns"] = leak_pictures.columns_map(
            finding.columns, category_names(), kind_names(), language, alt
        )
    if finding.freshness is not None:
        alt = _("The likelihood of each day as the day the file left, with the bracket shaded.")
        drawn["bracket"] = leak_pictures.bracket(finding.freshness, language, alt)
    if finding.path is not None and finding.path.accounts:
        alt = _("The share of the leaked patients that each account read, with what chance would give.")
        drawn["coverage"] = leak_pictures.coverage(finding.path.accounts, finding.path.leaked, language, alt)
    return drawn


def statement(verdict: dict[str, Any], names: dict[str, str], language: Language) -> list[str]:
    """A draft of what to tell the press, sentence by sentence; nothing in it is not established."""
    _ = language.gettext
    if verdict["ours"] == "not_ours":
        return [_("A file said to come from us was examined. Its rows do not match our patients.")]
    if verdict["ours"] == "cannot_tell":
        return [_("A file said to come from us is being examined. It is too early to say whose it is.")]
    said = [
        _("A file that holds data of {count} of our patients is on sale.").format(
            count=language.number(verdict["matched"])
        ),
        _("It holds: {list}.").format(list=", ".join(names[name] for name in verdict["present"])),
    ]
    if verdict["absent"]:
        said.append(
            _("It does not hold: {list}.").format(list=", ".join(names[name] for name in verdict["absent"]))
        )
    if verdict["snapshot_between"]:
        first, last = (language.day(date.fromisoformat(day)) for day in verdict["snapshot_between"])
        said.append(_("The data left between {first} and {last}.").format(first=first, last=last))
    said.append(
        _("The supervisor has been told, and every person concerned will be told by us, never by a link.")
    )
    return said
