"""A file is cut into the lines that a stream of the same bytes is cut into, read in larger pieces though it be."""

from __future__ import annotations

import io
import random
from pathlib import Path
from typing import BinaryIO

import pytest

from rempart.records import Rejected
from rempart.sources.lines import BLOCK_BYTES, PADDING, split_lines
from rempart.unpack import ByteStream

LONG = 5 << 20


def cut(raw: BinaryIO) -> tuple[list[bytes], list[Rejected]]:
    """The lines of a stream, each with its offset before it, and its rejects."""
    lines: list[bytes] = []
    rejects: list[Rejected] = []
    for block in split_lines(ByteStream(raw), "x"):
        if isinstance(block, Rejected):
            rejects.append(block)
            continue
        assert len(block.data) >= block.size + len(PADDING)
        at = block.offset
        for line in block.data[: block.size].splitlines(keepends=True):
            lines.append(b"%d " % at + line)
            at += len(line)
    return lines, rejects


def written(seed: int, longest: int, size: int) -> bytes:
    chance = random.Random(seed)
    lines = []
    while sum(map(len, lines)) < size:
        lines.append(
            chance.randbytes(chance.randrange(longest)).replace(b"\n", b".").replace(b"\r", b".") + b"\n"
        )
    return b"".join(lines)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\n",
        b"one",
        b"\xef\xbb\xbf" + b"a\n" * (2 * BLOCK_BYTES),
        written(1, 3_000, 5 * BLOCK_BYTES),
        written(2, 1_500_000, 7 * BLOCK_BYTES)[:-5],
        b"x" * (BLOCK_BYTES - 30) + b"\n" + b"y" * (BLOCK_BYTES - 64) + b"\n" + b"z\n" * BLOCK_BYTES,
        b"a\n" * BLOCK_BYTES + b"x" * LONG + b"\n" + b"b\n" * BLOCK_BYTES + b"y" * LONG,
    ],
    ids=["empty", "blank", "one", "mark", "short", "long", "edges", "too long"],
)
def test_a_file_is_cut_as_a_stream_is(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "log"
    path.write_bytes(content)
    with path.open("rb") as file:
        found = cut(file)
    assert found == cut(io.BytesIO(content))
    lines, rejects = found
    kept = sum(len(line.split(b" ", 1)[1]) for line in lines) + sum(one.length for one in rejects)
    assert kept >= len(content) - 3 - len(rejects) - 1
