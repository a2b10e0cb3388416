"""Files in, batches out: compression, recognition, Bundles, and what hostile bytes cannot do."""

from __future__ import annotations

import gzip
import io
import json
import random
import subprocess
import sys
from pathlib import Path

import pytest
import zstandard

from rempart.errors import SourceError
from rempart.records import Batch, Rejected
from rempart.sources.readers import read_source
from rempart.sources.recognise import list_sources, open_source, recognise


def event(number: int) -> dict[str, object]:
    return {
        "resourceType": "AuditEvent",
        "id": f"e{number}",
        "recorded": "2026-03-02T08:31:07Z",
        "agent": [{"requestor": True, "who": {"identifier": {"value": f"A-{number % 7}"}}}],
        "entity": [{"what": {"reference": f"Patient/{number}"}}],
    }


def lines(count: int) -> bytes:
    return b"".join(json.dumps(event(n)).encode() + b"\n" for n in range(count))


def read(data: bytes) -> list[Batch]:
    return list(read_source(recognise(io.BytesIO(data), "log")))


def ids(batches: list[Batch]) -> list[str]:
    return [name for batch in batches for name in batch.accesses.column("event").to_pylist()]


def rejects(batches: list[Batch]) -> list[Rejected]:
    return [rejected for batch in batches for rejected in batch.rejected]


BUNDLE = {"resourceType": "Bundle", "entry": [{"fullUrl": "u", "resource": event(n)} for n in range(300)]}


def two_members(data: bytes) -> bytes:
    return gzip.compress(data[:999]) + gzip.compress(data[999:]) + b"\0" * 512


def two_frames(data: bytes) -> bytes:
    checked = zstandard.ZstdCompressor(write_checksum=True, write_content_size=False)
    skipped = b"\x50\x2a\x4d\x18\x03\x00\x00\x00abc"
    return skipped + checked.compress(data[:999]) + zstandard.compress(data[999:])


@pytest.mark.parametrize("pack", [bytes, gzip.compress, zstandard.compress, two_members, two_frames])
@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (lines(300), "ndjson"),
        (b"\xef\xbb\xbf\n \r\n" + lines(300).replace(b"\n", b"\r\n") + b"\n\n", "ndjson"),
        (lines(300).rstrip(), "ndjson"),
        (json.dumps(BUNDLE).encode(), "bundle"),
        (json.dumps(BUNDLE, indent=2).encode(), "bundle"),
        (json.dumps([event(n) for n in range(300)]).encode(), "bundle"),
    ],
)
def test_every_form_gives_the_same_events(pack: object, data: bytes, kind: str) -> None:
    source = recognise(io.BytesIO(pack(data)), "log")  # type: ignore[operator]
    assert source.kind == kind
    batches = list(read_source(source))
    assert ids(batches) == [f"e{n}" for n in range(300)]
    assert rejects(batches) == []


def test_one_resource_printed_over_several_lines_is_read() -> None:
    assert ids(read(json.dumps(event(1), indent=2).encode())) == ["e1"]
    two = json.dumps(event(1), indent=2) + "\n" + json.dumps(event(2), indent=2)
    assert ids(read(two.encode())) == ["e1", "e2"]


@pytest.mark.parametrize(
    ("data", "kind"),
    [
        (b"", "ndjson"),
        (b"time;user;patient\n2026-01-01;a;7\n", "csv"),
        (b"\x00\x01\x02\x03" * 50, "unknown"),
        (b"garbage\n" + lines(2), "ndjson"),
        (b'{"broken\n' + lines(2), "ndjson"),
    ],
)
def test_a_source_is_told_by_its_content(data: bytes, kind: str) -> None:
    assert recognise(io.BytesIO(data), "log").kind == kind


def test_folders_are_walked_in_order_without_hidden_files(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("b/2", "a", ".hidden", "b/1"):
        (tmp_path / name).write_bytes(lines(1))
    assert list_sources([str(tmp_path), "-"]) == [
        *(str(tmp_path / name) for name in ("a", "b/1", "b/2")),
        "-",
    ]
    with pytest.raises(SourceError, match="cannot open"):
        open_source(tmp_path / "nowhere")


def test_offsets_find_each_line_again() -> None:
    data = b"\xef\xbb\xbf" + lines(3) + b"bad\n \n" + lines(2)
    batches = read(data)
    offsets = [at for batch in batches for at in batch.accesses.column("offset").to_pylist()]
    assert [json.loads(data[at:].split(b"\n")[0])["id"] for at in offsets] == ["e0", "e1", "e2", "e0", "e1"]
    (bad,) = rejects(batches)
    assert data[bad.offset : bad.offset + bad.length] == b"bad"


@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_a_cut_or_damaged_stream_gives_all_before(pack: object) -> None:
    seeded = random.Random(5)
    data = b"".join(
        json.dumps(event(n) | {"text": seeded.randbytes(600).hex()}).encode() + b"\n" for n in range(2000)
    )
    packed: bytes = pack(data)  # type: ignore[operator]
    half = len(packed) // 2
    cut = read(packed[:half])
    assert [reject.reason for reject in rejects(cut)] == ["truncated"]
    assert ids(cut) == [f"e{n}" for n in range(len(ids(cut)))]
    assert 500 < len(ids(cut)) < 1500
    damaged = read(packed[:half] + b"\xff" * 4000 + packed[half + 4000 :])
    assert [reject.reason for reject in rejects(damaged)][-1] in ("bad_compression", "truncated")
    assert ids(damaged)[:500] == [f"e{n}" for n in range(500)]


@pytest.mark.parametrize("size", [(4 << 20) - 1, 4 << 20, (4 << 20) + 1, 9 << 20])
def test_lines_around_the_limit(size: int) -> None:
    long = b'{"resourceType":"Basic","x":"' + b"y" * (size - 31) + b'"}'
    assert len(long) == size
    batches = read(lines(2) + long + b"\n" + lines(2))
    assert ids(batches) == ["e0", "e1", "e0", "e1"]
    refused = [(reject.reason, reject.offset, reject.length) for reject in rejects(batches)]
    assert refused == ([("too_long", len(lines(2)), size)] if size > 4 << 20 else [])
    assert sum(batch.read for batch in batches) == 5


def test_a_cut_bundle_and_a_bundle_of_odd_entries() -> None:
    data = json.dumps(BUNDLE).encode()
    cut = read(data[: len(data) // 2])
    assert [reject.reason for reject in rejects(cut)] == ["truncated"]
    assert ids(cut) == [f"e{n}" for n in range(len(ids(cut)))]
    assert len(ids(cut)) > 100
    entries = ",".join(
        [
            json.dumps({"resource": event(1)}),
            "7",
            '{"request":{}}',
            '{"resource":' + "[" * 90 + "]" * 90 + "}",
            '{"resource":{"resourceType":"Basic","x":"' + "y" * (5 << 20) + '"}}',
            json.dumps({"resource": event(2) | {"note": 'a "quoted\\" , ] } text'}}),
        ]
    )
    batches = read(b'{"resourceType":"Bundle","entry":[' + entries.encode() + b"]}")
    assert ids(batches) == ["e1", "e2"]
    reasons = [(reject.offset, reject.reason) for reject in rejects(batches)]
    assert reasons == [(1, "not_a_resource"), (2, "not_a_resource"), (3, "too_deep"), (4, "too_long")]


def hostile_line(number: int, seeded: random.Random) -> bytes:
    """A line no reader can take for a resource, of ten sorts in turn."""
    good = json.dumps(event(number)).encode()
    at = seeded.randrange(1, len(good) - 1)
    return (
        good[:at],
        good[:at] + b"\x00" + good[at:],
        good.replace(b"AuditEvent", b"Audit\xe9vent"),
        b"\xff\xfe" + good.decode().encode("utf-16-le").replace(b"\n", b""),
        good + b"}",
        b"[" * seeded.randrange(70, 3000),
        good.replace(b'"e', b'"\x1b[2J', 1),
        b"=cmd|' /C calc'!A0",
        b'{"id":"' + good.hex().encode() + b'"}',
        b'{"resourceType":"AuditEvent","id":' + b"9" * 5000 + b"}",
    )[number % 10]


def test_ten_thousand_hostile_lines_among_good_ones() -> None:
    seeded = random.Random(11)
    written, wanted_bad, at = [], [], 0
    for number in range(10_000):
        bad = hostile_line(number, seeded)
        if number in (2500, 7500):
            bad = b'{"resourceType":"' + b"z" * (5 << 20)
        good = json.dumps(event(number)).encode()
        wanted_bad.append((at + len(good) + 1, len(bad)))
        written += [good, bad]
        at += len(good) + len(bad) + 2
    batches = read(b"\n".join(written))
    assert ids(batches) == [f"e{n}" for n in range(10_000)]
    assert [(reject.offset, reject.length) for reject in rejects(batches)] == wanted_bad
    assert sum(batch.read for batch in batches) == 20_000
    assert {reject.reason for reject in rejects(batches)} == {
        "not_json", "not_utf8", "too_deep", "too_long", "not_a_resource",
    }  # fmt: skip


MEMORY = """
import io, json, resource, sys
sys.path.insert(0, {here!r})
from rempart.sources.readers import read_source
from rempart.sources.recognise import recognise
from test_fhir_streams import Endless, lines, packed_bomb
def read(data):
    return sum(batch.read for batch in read_source(recognise(data, "log")))
assert read(io.BytesIO(lines(20000))) == 20000
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
found = read({hostile})
after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
print(json.dumps([found, (after - before) // 1024]))
"""


class Endless(io.RawIOBase):
    """``head``, then ``count`` times the ``body``, then ``tail``; never held as a whole."""

    def __init__(self, head: bytes, body: bytes, count: int, tail: bytes) -> None:
        self._parts = [(head, 1), (body, count), (tail, 1)]

    def read(self, size: int = -1) -> bytes:
        while self._parts and self._parts[0][1] == 0:
            self._parts.pop(0)
        if not self._parts:
            return b""
        part, times = self._parts[0]
        self._parts[0] = (part, times - 1)
        if 0 <= size < len(part):
            self._parts[:1] = [(part[size:], 1), (part, times - 1)]
            return part[:size]
        return part


def packed_bomb(megabytes: int) -> io.BytesIO:
    """A gzip stream of one line of ``megabytes`` MiB of the letter x between good lines."""
    out = io.BytesIO()
    with gzip.open(out, "wb", compresslevel=1) as packer:
        packer.write(lines(5))
        for _ in range(megabytes):
            packer.write(b"x" * (1 << 20))
        packer.write(b"\n" + lines(5))
    return io.BytesIO(out.getvalue())


@pytest.mark.parametrize(
    ("hostile", "units"),
    [
        ("Endless(lines(5), b'x' * (1 << 20), 1000, b'\\n' + lines(5))", 11),
        ("packed_bomb(300)", 11),
        ("Endless(lines(5), b'x\\n' * (1 << 19), 1, lines(5))", 10 + (1 << 19)),
        ("Endless(lines(5), b'[' * 100000 + b'\\n', 100, lines(5))", 110),
        ("Endless(b'{\"a\":[', b'[],' * (1 << 20), 1, b'[]]}\\n' + lines(5))", 6),
        ('Endless(b\'{"resourceType":"Bundle","entry":[{"x":"\', b\'y\' * (1 << 20), 100, b\'"}]}\')', 1),
    ],
    ids=[
        "a line of a GB",
        "a gzip bomb",
        "half a million short lines",
        "deep lines",
        "many values",
        "an entry",
    ],
)
def test_hostile_bytes_take_no_memory(hostile: str, units: int) -> None:
    script = MEMORY.format(here=str(Path(__file__).parent), hostile=hostile)
    ran = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert ran.returncode == 0, ran.stderr
    found, extra_mib = json.loads(ran.stdout)
    assert found == units
    assert extra_mib <= 64
