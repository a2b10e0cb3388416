"""Pseudonyms back into people: the site's own directory is hashed again and met with the scope.

Reads a scope and a directory (:mod:`rempart.pipeline.directory`, or what an escrow gave back). Every identifier
of every person is hashed under the ledger's key; who meets a pseudonym of the scope is kept, with all that was
exposed under any of his identifiers. The stated reason is signed into the ledger **before** the directory is
read; the output opens to its owner only.

Misses: patients who are not in the directory (counted); two persons to whom two systems gave one
identifier, who are marked ambiguous so that nobody gets a letter about a stranger.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import msgspec
import pyarrow as pa

from rempart.ledger.deeds import REIDENTIFIED, record_act
from rempart.ledger.keys import read_pseudonym_key
from rempart.ledger.pseudonym import PATIENT, hash_strings
from rempart.notice.affected import FORMAT, Affected, Head, ordered
from rempart.notice.people import Person
from rempart.notice.scope import POSSIBLE, ScopePatients, read_patients, read_scope
from rempart.pipeline.directory import Directory
from rempart.pipeline.private_streams import private_stream

CHUNK = 8192

Hear = Callable[[int], None]


@dataclass(frozen=True, slots=True)
class Reidentified:
    """What came of it: people found, pseudonyms of the scope nobody answers to, people in doubt."""

    people: int
    unmatched: int
    ambiguous: int
    directory: int
    unreadable: int


@dataclass(slots=True)
class _Match:
    """A person of the directory and his rows of the scope."""

    person: Person
    rows: list[int]
    ambiguous: bool = False


def reidentify(
    scope_folder: Path, directory: Directory, reason: str, data: Path, out: Path, now_ms: int, hear: Hear
) -> Reidentified:
    """Write the people of the scope to ``out``; ``hear`` is told how many entries were read.

    KeyFileError or LedgerError without the ledger's keys or a reason, SourceError for a file that cannot be used.
    """
    scope = read_scope(scope_folder)
    patients = read_patients(scope_folder)
    key = read_pseudonym_key(data)
    act = record_act(data, REIDENTIFIED, reason, scope.hash, len(patients), now_ms, scope.incident)
    matches = settle(find_people(directory, patients, key, hear))
    head = Head(FORMAT, scope.hash, act.line, len(matches))
    columns = {name: patients.table[name].to_pylist() for name in patients.table.column_names}
    encoder = msgspec.json.Encoder()
    with private_stream(out) as file:
        file.write(encoder.encode(head) + b"\n")
        for number, match in enumerate(matches, 1):
            file.write(encoder.encode(_affected(number, match, columns)) + b"\n")
    found = {row for match in matches for row in match.rows}
    return Reidentified(
        people=len(matches),
        unmatched=len(patients) - len(found),
        ambiguous=sum(match.ambiguous for match in matches),
        directory=directory.read,
        unreadable=directory.unreadable,
    )


def find_people(
    people: Iterable[Person], patients: ScopePatients, key: bytes, hear: Hear
) -> Iterator[_Match]:
    """Everybody who meets a pseudonym of the scope, in the directory's order."""
    rest, read = iter(people), 0
    while chunk := list(islice(rest, CHUNK)):
        names = pa.array([name for person in chunk for name in person.identifiers], pa.string())
        rows = patients.find(hash_strings(names, key, PATIENT))
        start = 0
        for person in chunk:
            stop = start + len(person.identifiers)
            own = [int(row) for row in rows[start:stop] if row >= 0]
            if own:
                yield _Match(person, list(dict.fromkeys(own)))
            start = stop
        read += len(chunk)
        hear(read)


def settle(found: Iterable[_Match]) -> list[_Match]:
    """One entry a person: entries that share an identifier, a name and a birth date are joined.

    Where they share an identifier but not the rest, each is marked ambiguous.
    """
    first: dict[int, _Match] = {}
    kept: dict[int, _Match] = {}
    for match in found:
        holders = {id(first[row]): first[row] for row in match.rows if row in first}
        same = next((each for each in holders.values() if each.person.same_as == match.person.same_as), None)
        for holder in holders.values():
            if holder is not same:
                holder.ambiguous = match.ambiguous = True
        if same is not None:
            same.ambiguous |= match.ambiguous
            same.rows = list(dict.fromkeys([*same.rows, *match.rows]))
            same.person = _stricter(same.person, match.person)
        else:
            kept[id(match)] = match
        for row in match.rows:
            first.setdefault(row, same or match)
    return list(kept.values())


def _stricter(one: Person, other: Person) -> Person:
    """One person out of two entries: whatever forbids a letter in either holds."""
    return msgspec.structs.replace(
        one,
        deceased=one.deceased or other.deceased,
        confidential=one.confidential or other.confidential,
        protection=one.protection or other.protection,
        representative=one.representative or other.representative,
        representative_address=one.representative_address or other.representative_address,
        address=one.address or other.address,
    )


def _affected(number: int, match: _Match, columns: dict[str, list[Any]]) -> Affected:
    rows = [{name: column[row] for name, column in columns.items()} for row in match.rows]
    exposed = _named(rows, "categories")
    care = {row["in_care"] or "unknown" for row in rows}
    return Affected(
        number=number,
        person=match.person,
        patients=tuple(row["patient"] for row in rows),
        categories=exposed,
        possible=tuple(each for each in _named(rows, POSSIBLE) if each not in exposed),
        first=min((row["first"] or "" for row in rows), default=""),
        last=max((row["last"] or "" for row in rows), default=""),
        accesses=sum(row["accesses"] or 0 for row in rows),
        in_care="yes" if "yes" in care else "no" if care == {"no"} else "unknown",
        thief_probability=max(
            1.0 if row["thief_probability"] is None else row["thief_probability"] for row in rows
        ),
        ambiguous=match.ambiguous,
    )


def _named(rows: list[dict[str, Any]], column: str) -> tuple[str, ...]:
    """The categories that a column of the rows names."""
    return ordered({each for row in rows for each in (row[column] or "").split(";") if each})
