"""A crew's marks, from the ledger to a bundle for the next region, and from a bundle back to one's own ledger.

``describe`` reads the accesses of a crew's accounts in its period and what the rest of the house used;
``look_for`` hashes the addresses of a bundle under the own key and lists the accounts that came from them, or
with the software it names. Only this way can two regions compare networks neither keeps in clear.

Nothing is shared that a person did not choose: addresses because only the site knows them, software because
some logs write a person's name where the software's should stand.

Misses: accesses whose log names no network. A match is a lead, not a verdict; whether it weighs in decisions is
said apart (:mod:`rempart.pipeline.tip_offs`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from pathlib import Path
from typing import TYPE_CHECKING, Any

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.pseudonym import NETWORK, hash_text
from rempart.ledger.query import connect
from rempart.notice.indicators import Indicators, Work, make_bundle, read_bundle
from rempart.notice.scope import read_scope
from rempart.pipeline.aftermath import asked_of
from rempart.pipeline.private_streams import write_whole
from rempart.sources.json_guard import MAX_UNIT_BYTES, Unreadable, decode_unit

if TYPE_CHECKING:
    import duckdb

_CREW = """CREATE TEMP TABLE crew AS SELECT account, recorded, form, software, network, patients FROM ledger
WHERE account IN (SELECT unnest(?::VARCHAR[])) AND kind = 'access'
AND recorded >= ?::TIMESTAMPTZ AND recorded < ?::TIMESTAMPTZ"""
_SPAN = "SELECT min(recorded), max(recorded), count(DISTINCT account), count(*) FROM crew"
_OTHERS_ON_NETWORK = """SELECT count(DISTINCT account) FROM ledger
WHERE network = ? AND account <> '' AND account NOT IN (SELECT unnest(?::VARCHAR[]))"""
_OTHERS_WITH_SOFTWARE = _OTHERS_ON_NETWORK.replace("network", "software")
_REOPENED = """SELECT count(*), avg((days > 1)::INT) FROM (SELECT patient, count(DISTINCT recorded::DATE) AS days
FROM (SELECT unnest(patients) AS patient, recorded FROM crew) GROUP BY patient)"""
_GAP = """SELECT median(gap) FROM (SELECT epoch(recorded) - epoch(lag(recorded)
OVER (PARTITION BY account ORDER BY recorded)) AS gap FROM crew)"""
_HOURS = """SELECT hour(recorded AT TIME ZONE 'UTC') AS hour, count(*) / sum(count(*)) OVER () AS part
FROM crew GROUP BY hour ORDER BY part DESC, hour"""
_FORMS = """SELECT form, count(*) / sum(count(*)) OVER () AS part
FROM crew GROUP BY form ORDER BY part DESC, form LIMIT 8"""
_LEADS_BY_NETWORK = """SELECT account, network, min(recorded), max(recorded), count(*),
len(list_distinct(flatten(list(patients)))) FROM ledger
WHERE network IN (SELECT unnest(?::VARCHAR[])) GROUP BY ALL"""
_LEADS_BY_SOFTWARE = _LEADS_BY_NETWORK.replace("network", "software")


@dataclass(frozen=True, slots=True)
class Crew:
    """Whose accesses are described: accounts between two times (UTC, the end excluded), under the name ``case``."""

    accounts: tuple[str, ...]
    since: datetime
    until: datetime
    case: str


@dataclass(frozen=True, slots=True)
class Shared:
    """What went into a bundle, and the addresses handed in that did not, with why."""

    work: Work
    unknown: tuple[str, ...]
    """Not a network of these accounts in this period."""
    common: tuple[str, ...]
    """Used by others of the house too: staff would be taken for thieves elsewhere."""
    software: tuple[str, ...]
    """Names of software nobody else used, for a person to choose from: some logs put people's names there."""


@dataclass(frozen=True, slots=True)
class Lead:
    """An account here that used a network or software of the bundle. For the own officer's eyes."""

    account: str
    by: str
    first: datetime | None
    last: datetime | None
    accesses: int
    patients: int


def crew_of_incident(data: Path, incident: str) -> Crew:
    """The crew of an incident. LedgerError where there is none such."""
    asked = asked_of(data, incident)
    since, until = (datetime.fromtimestamp(at / 1000, UTC) for at in (asked.from_ms, asked.to_ms))
    return Crew(asked.accounts, since, until, incident)


def crew_of_scope(folder: Path) -> Crew:
    """The crew of a scope that ``rempart scope`` wrote. SourceError where there is none."""
    scope = read_scope(folder)
    since, until = (datetime.fromisoformat(at) for at in (scope.from_, scope.to))
    return Crew(tuple(scope.accounts), since, until, scope.case)


def share(
    crew: Crew,
    addresses: Sequence[str],
    software: Sequence[str],
    shared_by: str,
    data: Path,
    out: Path,
    now: datetime,
) -> Shared:
    """Write the bundle to ``out``. SourceError where the ledger holds no access of the crew."""
    shared = describe(crew, addresses, software, data)
    if shared.work.addresses or shared.work.software:
        write_whole(out, make_bundle(shared.work, crew.case, shared_by, now).encode())
    return shared


def describe(crew: Crew, addresses: Sequence[str], software: Sequence[str], data: Path) -> Shared:
    """How the accounts of ``crew`` worked, and which of ``addresses`` and ``software`` were theirs alone."""
    key = read_pseudonym_key(data)
    with connect(data) as ledger:
        accounts_named = list(crew.accounts)
        ledger.execute(_CREW, [accounts_named, crew.since, crew.until])
        first, last, accounts, accesses = _one(ledger, _SPAN)
        if not accesses:
            raise SourceError(
                _("the ledger holds no access of this crew"), _("name the --data it was found in")
            )
        unknown: list[str] = []
        common: list[str] = []
        kept: list[str] = []
        for address in dict.fromkeys(each.strip().lower() for each in addresses):
            network = f"{hash_text(address, key, NETWORK):016x}"
            (own,) = _one(ledger, "SELECT count(*) FROM crew WHERE network = ?", network)
            (others,) = _one(ledger, _OTHERS_ON_NETWORK, network, accounts_named)
            (unknown if not own else common if others else kept).append(address)
        names = ledger.execute(
            "SELECT DISTINCT software FROM crew WHERE software <> '' ORDER BY 1"
        ).fetchall()
        own_software = tuple(
            name for (name,) in names if not _one(ledger, _OTHERS_WITH_SOFTWARE, name, accounts_named)[0]
        )
        for name in dict.fromkeys(software):
            if name not in own_software:
                (common if (name,) in names else unknown).append(name)
        patients, reopened = _one(ledger, _REOPENED)
        work = Work(
            first_seen=first,
            last_seen=last,
            accounts=accounts,
            accesses=accesses,
            patients=patients,
            hours=_shares(ledger, _HOURS),
            forms=_shares(ledger, _FORMS),
            median_gap_s=_one(ledger, _GAP)[0] or 0.0,
            reopened=reopened or 0.0,
            software=tuple(name for name in own_software if name in software),
            addresses=tuple(kept),
        )
    return Shared(work, tuple(unknown), tuple(common), own_software)


def look_for(bundle: Path, data: Path) -> tuple[Indicators, list[Lead]]:
    """The indicators of a bundle and the accounts here that match one, most accesses first."""
    indicators = read_bundle(decode_bundle(bundle))
    key = read_pseudonym_key(data)
    networks = {f"{hash_text(each.lower(), key, NETWORK):016x}": each for each in indicators.addresses}
    leads = []
    with connect(data) as ledger:
        for question, values in (
            (_LEADS_BY_NETWORK, list(networks)),
            (_LEADS_BY_SOFTWARE, list(indicators.software)),
        ):
            rows = ledger.execute(question, [values]).fetchall()
            leads += [Lead(who, networks.get(what, what), *rest) for who, what, *rest in rows]
    return indicators, sorted(leads, key=lambda lead: (-lead.accesses, lead.account, lead.by))


def read_addresses(path: Path) -> list[str]:
    """One address a line. SourceError where the file cannot be read or a line, never quoted, is no address."""
    advice = _("give a text file with one address a line")
    try:
        lines = [line.strip() for line in path.read_text(encoding="utf-8").splitlines()]
    except (OSError, UnicodeDecodeError) as error:
        reason = why_of(error) if isinstance(error, OSError) else "UTF-8"
        raise SourceError(_("cannot read {path}: {why}").format(path=path, why=reason), advice) from None
    for number, line in enumerate(lines, 1):
        if line and not _is_address(line):
            raise SourceError(_("line {number} is not an IP address").format(number=number), advice)
    return [line for line in lines if line]


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True


def decode_bundle(path: Path) -> dict[str, Any]:
    """The content of a bundle, safely decoded. SourceError where it is none."""
    try:
        with path.open("rb") as file:
            content = decode_unit(file.read(MAX_UNIT_BYTES + 1))
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)), _("name a STIX 2.1 bundle")
        ) from error
    except Unreadable as error:
        raise SourceError(
            _("{path} is no STIX bundle ({reason})").format(path=path, reason=error.reason),
            _("name a STIX 2.1 bundle"),
        ) from error
    if content.get("type") != "bundle":
        raise SourceError(_("{path} is no STIX bundle").format(path=path), _("name a STIX 2.1 bundle"))
    return content


def _one(ledger: duckdb.DuckDBPyConnection, question: str, *given: Any) -> Any:
    return ledger.execute(question, list(given)).fetchone()


def _shares(ledger: duckdb.DuckDBPyConnection, question: str) -> dict[Any, float]:
    """Values with their share of the accesses, the most frequent first."""
    return {value: float(part) for value, part in ledger.execute(question).fetchall() if value is not None}
