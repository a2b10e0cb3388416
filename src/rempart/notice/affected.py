"""A person whom a theft concerns, and the file in which such people are kept once they have names again.

The file is NDJSON: a head (format, scope hash, number of the signed act), then one person a line, in the
order of the directory. It names patients: it opens to its owner only and should go when the letters are sent.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import msgspec

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.language import why_of
from rempart.notice.people import Person
from rempart.records import CATEGORIES

FORMAT = "rempart-people-1"


class Affected(msgspec.Struct, frozen=True, kw_only=True):
    """A person, and what was exposed of him under all his identifiers together."""

    number: int
    """From 1, in the order of the directory: the number of his letter."""
    person: Person
    patients: tuple[str, ...]
    """His pseudonyms in the scope, 16 hexadecimal digits each."""
    categories: tuple[str, ...]
    """What the log proves was served."""
    possible: tuple[str, ...] = ()
    """What may have been served besides."""
    first: str
    last: str
    accesses: int
    in_care: str
    thief_probability: float
    ambiguous: bool = False
    """Another person of the directory bears one of his identifiers."""


class Head(msgspec.Struct, frozen=True):
    """The first line of the file."""

    format: str
    scope: str
    act: int
    """Line of the ledger's manifest with the reason."""
    people: int


def ordered(categories: set[str]) -> tuple[str, ...]:
    """``categories`` in the order in which every document names them."""
    known = [name for name in CATEGORIES if name in categories]
    return (*known, *sorted(categories.difference(CATEGORIES)))


def is_affected_file(path: Path) -> bool:
    """Whether ``path`` holds people already re-identified (else it may be a directory)."""
    try:
        with path.open("rb") as file:
            return msgspec.json.decode(file.readline(4096), type=Head).format == FORMAT
    except (OSError, msgspec.MsgspecError, UnicodeDecodeError):
        return False


def read_affected(path: Path, scope: str) -> Iterator[Affected]:
    """Everybody in the file. SourceError where it is damaged or belongs to another scope."""
    decoder = msgspec.json.Decoder(Affected)
    try:
        with path.open("rb") as file:
            head = msgspec.json.decode(file.readline(), type=Head)
            if head.format != FORMAT or head.scope != scope:
                raise SourceError(
                    _("{path} belongs to another scope").format(path=path),
                    _("run rempart reidentify for this one"),
                )
            count = 0
            for line in file:
                yield decoder.decode(line)
                count += 1
    except OSError as error:
        raise SourceError(
            _("cannot read {path}: {why}").format(path=path, why=why_of(error)),
            _("give the file that rempart reidentify wrote for this scope"),
        ) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        raise SourceError(
            _("{path} is damaged").format(path=path),
            _("give the file that rempart reidentify wrote for this scope"),
        ) from error
    if count != head.people:
        raise SourceError(
            _("{path} holds {count} people, not {people}").format(path=path, count=count, people=head.people),
            _("give the file that rempart reidentify wrote for this scope"),
        )
