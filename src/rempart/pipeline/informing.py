"""From a scope to everybody who must be told: obligations, the supervisor's sheet, register, pages, letters.

Reads a scope folder (or takes the scope of an incident), the site's facts and, for letters, people re-identified before. Writes below one folder
each document as HTML (to edit) and PDF/A, ``notice.json`` (what was made, every figure with its place in the
scope), and ``letters/``. The values of each sheet are kept in the data folder, so that the next one can say what
changed since the last that was sent.

Misses: sending anything. A person does that.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import SourceError
from rempart.language import Language, printable
from rempart.language import gettext as _
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
from rempart.pipeline.spelling import slugs_of
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


class _Said(msgspec.Struct, frozen=True):
    """What is read again of ``notice.json``."""

    aware_at: datetime


def scope_of_incident(
    data: Path, incident: str, settings: Settings, out: Path, language: Language, now_ms: int
) -> tuple[Path, datetime | None]:
    """The scope of ``incident``, taken into ``out/scope`` unless it stands there, and when somebody became aware.

    Where it concerns several controllers the folder holds one scope for each (:func:`scopes_in`).
    """
    asked = asked_of(data, incident)
    if asked.incident and asked.incident.state == "false_alarm":
        raise SourceError(
            _("incident {incident} is a false alarm: there is nobody to tell").format(incident=incident),
            _("say with rempart incident state what it is, if that was wrong"),
        )
    folder = out / "scope"
    if not any((folder / name).exists() for name in ("scope.json", "summary.json")):
        found = take_scope(data, asked, settings, now_ms)
        keep_exposures(data, found)
        make_folder(out)
        write_scopes(found, folder, language, settings.zone)
    aware_ms = asked.incident.aware_ms if asked.incident else None
    return folder, None if aware_ms is None else datetime.fromtimestamp(aware_ms / 1000, UTC)


def said_aware(out: Path) -> datetime | None:
    """When somebody became aware, as the last run into ``out`` was told; None where there was none."""
    path = out / SUMMARY
    if not path.exists():
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=_Said).aware_at
    except (OSError, msgspec.MsgspecError) as error:
        raise SourceError(
            _("{path} cannot be read").format(path=path), _("take it away, and give --aware")
        ) from error


def scopes_in(folder: Path) -> list[Path]:
    """The folders of one scope each: ``folder`` itself, or those of several controllers in it."""
    if (folder / "scope.json").exists() or not (folder / "summary.json").exists():
        return [folder]
    return sorted(path.parent for path in folder.glob("*/scope.json"))


def sites_for(scopes: Sequence[Path], sites: Sequence[Path]) -> list[Path]:
    """The file of facts for each scope: the one whose organisation bears the controller's name.

    One file serves a single scope whatever its name, and one of a processor serves all. SourceError where a
    controller has none, or a file fits no controller.
    """
    read = [(path, read_site(path).organisation) for path in sites]
    if len(read) == 1 and (len(scopes) == 1 or read[0][1].role == "processor"):
        return [sites[0]] * len(scopes)
    controllers = [read_scope(scope).controller or "" for scope in scopes]
    by_name = {_plain(organisation.name): path for path, organisation in read}
    missing = [name or "?" for name in controllers if _plain(name) not in by_name]
    unused = by_name.keys() - {_plain(name) for name in controllers}
    if missing or unused:
        said = missing or [by_name[name].name for name in sorted(unused)]
        raise SourceError(
            (
                _("no --site for {names}") if missing else _("no controller of the theft is named in {names}")
            ).format(names=printable(", ".join(said))),
            _("give one --site a controller, its [organisation] name as in the settings' site.controllers"),
        )
    return [by_name[_plain(name)] for name in controllers]


def _plain(name: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", name).replace("\u2019", "'").casefold().split())


def inform(order: Order, hear: Callable[[int, int], None]) -> CaseFile:
    """Make everything; the case file it was made from. SettingsError or SourceError for a file of no use."""
    scope, site = read_scope(order.scope), read_site(order.site)
    if not scope.accesses and not scope.patients.high and scope.patients.bounded:
        raise SourceError(
            _("the scope holds no access, and nothing is missing: there is nobody to tell"),
            _("check the accounts and the period of the scope"),
        )
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
    if not site.letters.phone:
        raise SourceError(
            _("letters need a telephone number that patients can call"), _("fill in [letters] phone")
        )
    folder = order.out / "letters"
    return write_letters(Mailing(scope, site, order.people, folder, spoken, order.now, hear, pdf=order.pdf))


def _documents(order: Order, case: CaseFile, words: Words) -> list[Document]:
    """Every document in one language, the most urgent first."""
    form = sheet(case, words, _last_sent(order, case, words.language.code))[0]
    return [obligations_page(case, words), form, register_entry(case, words), *audience_pages(case, words)]


def _versions(order: Order, case: CaseFile) -> list[Path]:
    return sorted(_kept(order, case).glob("*.json"))


def _kept(order: Order, case: CaseFile) -> Path:
    """Where the versions of one controller's sheet are kept."""
    name = case.scope.case
    if case.scope.incident and case.scope.controller:
        name += f"-{slugs_of([case.scope.controller])[0]}"
    return order.data / "notices" / name


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
    folder = _kept(order, case)
    make_folder(folder)
    number = int(paths[-1].stem) + 1 if paths else 1
    write_whole(
        folder / f"{number:04d}.json", msgspec.json.encode(Version(order.now, case.scope.hash, values))
    )


def _read_version(path: Path) -> Version:
    try:
        return msgspec.json.decode(path.read_bytes(), type=Version)
    except (OSError, msgspec.MsgspecError) as error:
        raise SourceError(
            _("{path} cannot be read").format(path=path), _("restore it, or take it away to begin anew")
        ) from error


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
