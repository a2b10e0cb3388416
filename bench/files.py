"""Replay from files and reading alone, each beside a limit measured in the same run on the same file."""

import time
from collections.abc import Callable
from itertools import chain
from pathlib import Path

import duckdb
import numpy as np

from rempart.pipeline.ahead import work_ahead
from rempart.pipeline.reading import plan
from rempart.pipeline.replay import replay
from rempart.settings import Settings
from rempart.sources.fhir_scan import count_lines

_COLUMNS = """{id: 'VARCHAR', recorded: 'VARCHAR', action: 'VARCHAR', outcome: 'VARCHAR',
agent: 'STRUCT(requestor BOOLEAN, who STRUCT(identifier STRUCT("value" VARCHAR)), "name" VARCHAR,
network STRUCT(address VARCHAR), "policy" VARCHAR[])[]',
entity: 'STRUCT(what STRUCT(reference VARCHAR, identifier STRUCT("value" VARCHAR)), "query" VARCHAR)[]'}"""
_READ = """SELECT count(id), count(recorded), count(action), count(outcome), sum(len(agent)), sum(len(entity)),
count(agent[1].who.identifier.value), count(entity[1].what.reference)
FROM read_json('{path}', format='newline_delimited', columns={columns}, ignore_errors=true)"""


def _rate(work: Callable[[], object], events: int) -> float:
    begun = time.perf_counter()
    work()
    return events / (time.perf_counter() - begun)


def _newlines(path: Path) -> None:
    with path.open("rb") as file:
        while piece := file.read(1 << 20):
            count_lines(np.frombuffer(piece + bytes(64), np.uint8), len(piece))


def _duckdb(path: Path, threads: int) -> None:
    with duckdb.connect(":memory:", config={"threads": threads}) as connection:
        connection.execute("SET enable_progress_bar = false")
        connection.execute(_READ.format(path=path, columns=_COLUMNS)).fetchall()


def _read(path: Path) -> None:
    reader = plan([str(path)], [], lambda _: None)
    works = chain.from_iterable(reader.works(name) for name in reader.names)
    for batches in work_ahead(lambda work=work: list(work()) for work in works):  # type: ignore[misc]
        len(batches)


def _replay(sources: list[Path], out: Path) -> tuple[int, float, dict[str, float]]:
    """Units read, seconds, and the seconds until the end of each stage."""
    begun = time.perf_counter()
    until: dict[str, float] = {}
    reader = plan([str(path) for path in sources], [], lambda _: None)
    summary = replay(
        reader, out, None, Settings(), shards=2, batch=32_768, language="en",
        hear=lambda stage, *_: until.update({stage: time.perf_counter() - begun}),
    )  # fmt: skip
    spent = time.perf_counter() - begun
    return int(str(summary["read"])), spent, until | {"write": spent}


def measure(region: Path, folder: Path) -> None:
    """Print the figures for a region's files (``audit.ndjson`` and ``care.ndjson``)."""
    audit = region / "audit.ndjson"
    events = audit.read_bytes().count(b"\n")
    lines, one, two = (
        _rate(work, events)
        for work in (lambda: _newlines(audit), lambda: _duckdb(audit, 1), lambda: _duckdb(audit, 2))
    )
    read = _rate(lambda: _read(audit), events)
    print(f"limits on {events:,} events of {audit.stat().st_size / events:,.0f} bytes:")
    print(f"  newlines found, 1 core: {lines:>12,.0f} events/s")
    print(f"  DuckDB read_json of 9 fields: {one:>9,.0f} events/s on 1 core, {two:,.0f} on 2")
    print(
        f"reading, 2 threads: {read:,.0f} events/s = {read / two:.2f} of DuckDB, {read / lines:.2f} of newlines"
    )
    for name, sources in (("without care", [audit]), ("with care", [region / "care.ndjson", audit])):
        units, spent, until = _replay(sources, folder / name)
        rate = units / spent
        print(
            f"replay {name}, files to ledger and page: {rate:,.0f} units/s = {rate / read:.2f} of reading, "
            f"{rate / two:.2f} of DuckDB (target 200,000, aim 400,000)"
        )
        shown = ", ".join(f"{stage} until {second:.1f}" for stage, second in until.items())
        print(f"  {units:,} units, seconds: {shown}")
