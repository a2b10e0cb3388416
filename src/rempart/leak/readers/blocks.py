"""Pasted profiles: blocks of ``Nom : Dupont`` lines, one block a person, blank lines or rules between.

A block ends at a line without a label or where a label comes again. Misses: labels without a colon.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from rempart.leak.chunk import Chunk, Gathering
from rempart.leak.decode import encoding_of, read_lines
from rempart.leak.headers import kind_of_header
from rempart.leak.members import Member

_LABEL = re.compile(r"\s*(?:>\s*)?[-*•]?\s*([^\W\d_][\w '’/()°.-]{0,39}?)\s*(?::|=|→)\s*(\S.*?)\s*")


def fits(member: Member) -> bool:
    """Whether at least three tenths of the sample's lines are a known label and a value."""
    lines = member.head[: 1 << 16].decode(encoding_of(member.head), "replace").splitlines()[:300]
    filled = [line for line in lines if line.strip()]
    labelled = [found[1] for line in filled if (found := _LABEL.fullmatch(line))]
    known = sum(kind_of_header(label)[0] != "" for label in labelled)
    return known >= 3 and known * 10 >= 3 * len(filled)


def read(member: Member) -> Iterator[Chunk]:
    """One row a block."""
    gathering = Gathering()
    row: dict[str, str] = {}
    for line in read_lines(member):
        found = _LABEL.fullmatch(line)
        if found and found[1] not in row:
            row[found[1]] = found[2]
            continue
        if len(row) > 1:
            yield from gathering.put(member.name, row)
        row = {found[1]: found[2]} if found else {}
    if len(row) > 1:
        yield from gathering.put(member.name, row)
    yield from gathering.rest()
