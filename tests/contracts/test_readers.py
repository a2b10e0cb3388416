"""Every reader of the tuple keeps the same promises, whatever format it reads."""

from __future__ import annotations

import gzip
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pyarrow as pa
import pytest
import zstandard

from rempart.records import ACCESS_SCHEMA, Batch
from rempart.sources.mapping_guess import propose
from rempart.sources.readers import READERS, read_source
from rempart.sources.recognise import recognise

COUNT = 300
SECRET = "ZQSECRETPATIENT"


def event(number: int) -> bytes:
    return json.dumps(
        {
            "resourceType": "AuditEvent",
            "id": f"e{number}",
            "recorded": f"2026-03-02T{8 + number // 60:02d}:{number % 60:02d}:07Z",
            "agent": [{"requestor": True, "who": {"identifier": {"value": f"A-{number % 7}"}}}],
            "entity": [{"what": {"reference": f"Patient/{SECRET}{number}"}}],
        }
    ).encode()


def in_lines(bad: dict[int, bytes]) -> bytes:
    return b"".join(bad.get(n, b"") + event(n) + b"\n" for n in range(COUNT))


def in_documents(bad: dict[int, bytes]) -> bytes:
    return b"\n".join(bad.get(n, b"") + event(n).replace(b'{"', b'{\n"', 1) for n in range(COUNT))


def in_bundle(bad: dict[int, bytes]) -> bytes:
    entries = [bad.get(n, b"") + b'{"resource":' + event(n) + b"}" for n in range(COUNT)]
    return b'{"resourceType":"Bundle","type":"collection","entry":[' + b",".join(entries) + b"]}"


def in_table(bad: dict[int, bytes]) -> bytes:
    rows = [
        bad.get(n, b"") + f"2026-03-02 {8 + n // 60:02d}:{n % 60:02d}:07;A-{n % 7};nurse;VIEW;{SECRET}{n};WS{n % 9}\n".encode()
        for n in range(COUNT)
    ]  # fmt: skip
    return b"timestamp;user;role;action;patient_id;workstation\n" + b"".join(rows)


@dataclass(frozen=True)
class Format:
    """How good units are written in a format, and a bad one put before a good one."""

    write: Callable[[dict[int, bytes]], bytes]
    bad: bytes


FORMATS = {
    "ndjson": Format(in_lines, f'{{"resourceType": "{SECRET}\n'.encode()),
    "resource": Format(in_documents, b'{"name": "' + SECRET.encode() + b'"}\n'),
    "bundle": Format(in_bundle, b'{"resource":{"name":"' + SECRET.encode() + b'"}},'),
    "csv": Format(in_table, f"not a time;A-1;nurse;VIEW;{SECRET};WS1\n".encode()),
}
BAD_AT = (3, 150, 299)


def read(data: bytes, kind: str) -> list[Batch]:
    source = recognise(io.BytesIO(data), "log")
    assert source.kind == kind
    mapping = propose(FORMATS["csv"].write({})).mapping if kind == "csv" else None
    return list(read_source(source, mapping))


def rows(batches: list[Batch]) -> list[dict[str, object]]:
    table = pa.Table.from_batches([batch.accesses.cast(ACCESS_SCHEMA) for batch in batches], ACCESS_SCHEMA)
    whole: list[dict[str, object]] = table.to_pylist()
    return whole


def offsets(batch: Batch) -> Iterator[list[int]]:
    yield batch.accesses.column("offset").to_pylist()
    yield [each.offset for each in batch.context]
    yield [each.offset for each in batch.rejected]


KINDS = pytest.mark.parametrize("kind", [reader.kind for reader in READERS])


def test_every_reader_is_held_to_the_contract() -> None:
    assert {reader.kind for reader in READERS} == set(FORMATS)


@KINDS
def test_units_come_in_order_and_each_once(kind: str) -> None:
    batches = read(FORMATS[kind].write({}), kind)
    read_rows = rows(batches)
    assert [row["patients"] for row in read_rows] == [[f"{SECRET}{n}"] for n in range(COUNT)]
    assert [row["account"] for row in read_rows] == [f"A-{n % 7}" for n in range(COUNT)]
    assert sum(batch.read for batch in batches) == COUNT
    assert all(batch.read for batch in batches)
    for batch in batches:
        assert all(each == sorted(each) for each in offsets(batch))


@KINDS
def test_bad_units_are_counted_where_they_stand_and_cost_no_good_one(kind: str) -> None:
    form = FORMATS[kind]
    data = form.write(dict.fromkeys(BAD_AT, form.bad))
    batches = read(data, kind)
    rejected = [each for batch in batches for each in batch.rejected]
    assert [row["patients"] for row in rows(batches)] == [[f"{SECRET}{n}"] for n in range(COUNT)]
    assert len(rejected) == len(BAD_AT)
    assert sum(batch.read for batch in batches) == COUNT + len(BAD_AT)
    assert all(each.reason in ("not_json", "not_a_resource", "bad_time", "bad_row") for each in rejected)
    if kind in ("ndjson", "csv"):
        assert [data[each.offset :][: len(form.bad)] for each in rejected] == [form.bad] * len(BAD_AT)
    assert SECRET not in repr(rejected)


@KINDS
@pytest.mark.parametrize("pack", [gzip.compress, zstandard.compress])
def test_compression_changes_nothing(kind: str, pack: Callable[[bytes], bytes]) -> None:
    form = FORMATS[kind]
    data = form.write({150: form.bad})
    plain, packed = read(data, kind), read(pack(data), kind)
    assert rows(packed) == rows(plain)
    assert [batch.rejected for batch in packed if batch.rejected] == [
        batch.rejected for batch in plain if batch.rejected
    ]


@KINDS
@pytest.mark.parametrize("share", [0.3, 0.61, 0.999])
def test_a_file_cut_off_keeps_what_came_before(kind: str, share: float) -> None:
    data = FORMATS[kind].write({})
    batches = read(data[: int(len(data) * share)], kind)
    found = [row["patients"] for row in rows(batches)]
    whole = [[f"{SECRET}{n}"] for n in range(COUNT)]
    assert found[:-1] == whole[: len(found) - 1]
    assert len(found) >= int(COUNT * share) - 3
    assert SECRET not in repr([batch.rejected for batch in batches])
