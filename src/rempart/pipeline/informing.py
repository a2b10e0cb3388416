"""From a scope to everybody who must be told: obligations, the supervisor's sheet, register, pages, letters.

Reads a scope folder (or takes the scope of an incident), the site's facts and, for letters, people re-identified before. Writes below one folder
each document as HTML (to edit) and PDF/A, ``notice.json`` (what was made, every figure with its place in the
scope), and ``letters/``. The values of each sheet are kept in the data folder, so that the next one can say what
changed since the last that was sent.

Misses: sending anything. A person does that.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import SourceError
from rempart.language import Language
from rempart.notice.audiences import audience_pages, register_entry
from rempart.notice.casefile import FIRST_SENT, CaseFile, LetterCount
from rempart.notice.deadlines import obligations_page
from rempart.notice.document import Document
from rempart.notice.letters import Writer
from rempart.notice.obligations import CONDITIONS, Case, assess, obligations
from rempart.notice.pages import write_document, write_letter
from rempart.notice.rules import read_rules
from rempart.notice.scope import Scope, read_scope
from rempart.notice.sheet import Sent, sheet
from rempart.notice.site import Site, read_site
from rempart.notice.typeset import set_document
from rempart.notice.words import Words, words_of
from rempart.pipeline.aftermath import asked_of, take_scope
from rempart.pipeline.exposures import keep_exposures
from rempart.pipeline.mailing import Mailing, write_letters
from rempart.pipeline.private_streams import make_folder, write_whole
from rempart.pipeline.scope_files import write_scopes
from rempart.settings import Settings

SUMMARY = "notice.json"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be made, from which files, at which time."""

    scope: Path
    site: Path
    data: Path
    out: Path
    languages: tuple[str, ...]
    aware_at: datetime
    now: datetime
    people: Path | None = None
    rules: Path | None = None
    words: Path | None = None
    pdf: bool = True
    """Whether the letters are set as PDF; merge data are written in any case."""


class Version(msgspec.Struct, frozen=True):
    """A sheet as it was made: its values by label, for each language."""

    made_at: datetime
    scope: str
    values: dict[str, dict[str, str]]


def scope_of_incident(
    data: Path, incident: str, settings: Settings, out: Path, language: Language, now_ms: int
) -> tuple[Path, datetime | None]:
    """The scope of ``incident``, taken into ``out/scope`` unless it stands there, and when somebody became aware.

    SourceError where it concerns several controllers: each tells for itself.
    """
    asked = asked_of(data, incident)
    folder = out / "scope"
    if not (folder / "scope.json").exists():
        found = take_scope(data, asked, settings, now_ms)
        keep_exposures(data, found)
        make_folder(out)
        if len(write_scopes(found, folder, language, settings.zone)) > 1:
            raise SourceError(
                f"{incident} concerns several controllers, and each tells for itself",
                f"run rempart notice --scope for each folder in {folder}",
            )
    aware_ms = asked.incident.aware_ms if asked.incident else None
    return folder, None if aware_ms is None else datetime.fromtimestamp(aware_ms / 1000, UTC)


def inform(order: Order, hear: Callable[[int, int], None]) -> CaseFile:
    """Make everything; the case file it was made from. SettingsError or SourceError for a file of no use."""
    scope, site = read_scope(order.scope), read_site(order.site)
    spoken = [words_of(code, site.zone, order.words) for code in order.languages]
    rules = read_rules(order.rules, frozenset(CONDITIONS))
    assessment = assess(scope, site)
    duties = obligations(rules, Case(scope, site, assessment), order.aware_at, order.now)
    make_folder(order.out)
    letters = _letters(order, scope, site, spoken, hear)
    case = CaseFile(scope, site, assessment, tuple(duties), order.aware_at, order.now, letters)
    documents = [document for words in spoken for document in _documents(order, case, words)]
    _keep_version(order, case)
    for words in spoken:
        specimen = Writer(scope, site, words, order.now).specimen()
        write_whole(
            order.out / f"specimen-letter-{words.language.code}.html", write_letter(specimen, words).encode()
        )
        for document in documents:
            if document.language == words.language.code:
                write_whole(order.out / f"{document.name}.html", write_document(document, words).encode())
                write_whole(order.out / f"{document.name}.pdf", set_document(document, words, order.now))
    write_whole(
        order.out / SUMMARY, msgspec.json.format(msgspec.json.encode(_summary(case, documents)), indent=1)
    )
    return case


def _letters(
    order: Order, scope: Scope, site: Site, spoken: list[Words], hear: Callable[[int, int], None]
) -> LetterCount | None:
    if order.people is None:
        return None
    folder = order.out / "letters"
    return write_letters(Mailing(scope, site, order.people, folder, spoken, order.now, hear, pdf=order.pdf))


def _documents(order: Order, case: CaseFile, words: Words) -> list[Document]:
    """Every document in one language, the most urgent first."""
    form, _ = sheet(case, words, _last_sent(order, case, words.language.code))
    return [obligations_page(case, words), form, register_entry(case, words), *audience_pages(case, words)]


def _versions(order: Order, case: CaseFile) -> list[Path]:
    return sorted((order.data / "notices" / case.scope.case).glob("*.json"))


def _last_sent(order: Order, case: CaseFile, language: str) -> Sent | None:
    """The version that went out last: the newest one made before the time the site says it sent it."""
    sent = sorted(case.site.sent.get(FIRST_SENT, ()))
    if not sent:
        return None
    values: dict[str, str] = {}
    for path in _versions(order, case):
        version = _read_version(path)
        if version.made_at <= sent[-1]:
            values = version.values.get(language, {})
    return Sent(sent[-1], len(sent), values)


def _keep_version(order: Order, case: CaseFile) -> None:
    """Keep this version's values in both languages, unless the last kept one says the same."""
    values = {}
    for code in ("fr", "en"):
        words = words_of(code, case.site.zone, order.words)
        values[code] = sheet(case, words, None)[1]
    paths = _versions(order, case)
    if paths and _read_version(paths[-1]).values == values:
        return
    folder = order.data / "notices" / case.scope.case
    make_folder(folder)
    number = int(paths[-1].stem) + 1 if paths else 1
    write_whole(
        folder / f"{number:04d}.json", msgspec.json.encode(Version(order.now, case.scope.hash, values))
    )


def _read_version(path: Path) -> Version:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Version)
    except (OSError, msgspec.MsgspecError) as error:
        raise SourceError(f"{path} cannot be read", "restore it, or take it away to begin anew") from error


def _summary(case: CaseFile, documents: list[Document]) -> dict[str, Any]:
    """What was made, in a form another program can check against the scope."""
    return {
        "format": "rempart-notice-1",
        "case": case.scope.case,
        "scope": case.scope.hash,
        "made_at": case.now,
        "aware_at": case.aware_at,
        "severity": case.assessment.severity,
        "obligations": [
            {"rule": each.rule.id, "state": each.state, "applies": each.applies.value, "due_at": each.due_at}
            for each in case.obligations
        ],
        "documents": [
            {
                "name": document.name,
                "language": document.language,
                "figures": [
                    {"shown": figure.shown, "pointer": figure.pointer} for figure in document.figures
                ],
            }
            for document in documents
        ],
        "letters": None if case.letters is None else case.letters.letters,
        "withheld": None if case.letters is None else case.letters.withheld,
    }
