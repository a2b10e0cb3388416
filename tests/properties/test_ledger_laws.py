"""Laws of the ledger: tampering is found wherever it strikes; a kill at any byte loses and doubles nothing."""

from __future__ import annotations

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import cache
from pathlib import Path

import numpy as np
import pyarrow as pa
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from rempart.ledger.book import Ledger
from rempart.ledger.entries import DECISIONS, decode_decisions
from rempart.ledger.framing import journal_files
from rempart.ledger.journal import Journal
from rempart.ledger.pseudonym import PATIENT, hash_strings, hash_text
from rempart.ledger.query import Question, history
from rempart.ledger.seal import head
from rempart.ledger.verify import verify
from rempart.records import DECISION, EVENT

few = settings(max_examples=60, deadline=None)


def append(ledger: Ledger, count: int) -> None:
    """``count`` invented decisions in one entry, flushed."""
    first = ledger.next_number
    rows, decisions = np.zeros(count, EVENT), np.zeros(count, DECISION)
    for name in ("network", "software", "form", "role", "unit", "source"):
        rows[name] = -1
    rows["recorded_ms"] = np.arange(first, first + count)
    rows["patients"] = 1
    rows["first_patient"] = np.arange(count)
    patients = np.arange(first, first + count, dtype=np.uint64)
    events = pa.array([f"ev-{n}" for n in range(first, first + count)], pa.string())
    names = [("account", 0, "account-0")] if first == 0 else []
    ledger.append_decisions(rows, decisions, patients, events, names)
    ledger.flush()


@cache
def template() -> Path:
    """A ledger of three segments whose sealed journals are gone, and some unsealed decisions."""
    data = Path(tempfile.mkdtemp(prefix="rempart-laws-")) / "data"
    with Ledger.open(data, clock_ms=lambda: 1_800_000_000_000) as ledger:
        for count in (5, 9, 4):
            append(ledger, count)
            ledger.seal()
        ledger.drop_sealed_journals(ledger.last_seq)
        append(ledger, 3)
    return data


@contextmanager
def copy_of(data: Path) -> Iterator[Path]:
    with tempfile.TemporaryDirectory() as folder:
        copy = Path(folder) / "data"
        shutil.copytree(data, copy)
        yield copy


def sealed_files(data: Path) -> list[Path]:
    return sorted([*(data / "ledger" / "segments").iterdir(), data / "ledger" / "manifest.ndjson"])


@few
@given(data=st.data())
def test_any_changed_byte_is_found(data: st.DataObject) -> None:
    with copy_of(template()) as ledger:
        path = data.draw(st.sampled_from(sealed_files(ledger)))
        content = bytearray(path.read_bytes())
        content[data.draw(st.integers(0, len(content) - 1))] ^= data.draw(st.integers(1, 255))
        path.write_bytes(content)
        assert not verify(ledger).sound


@few
@given(data=st.data())
def test_any_truncation_insertion_or_deletion_is_found(data: st.DataObject) -> None:
    with copy_of(template()) as ledger:
        path = data.draw(st.sampled_from(sealed_files(ledger)))
        content = path.read_bytes()
        place = data.draw(st.integers(0, len(content)))
        stop = data.draw(st.integers(place, len(content)))
        changed = content[:place] + data.draw(st.sampled_from([b"", b"\n", b"x"])) + content[stop:]
        assume(changed != content)
        path.write_bytes(changed)
        assert not verify(ledger).sound


@few
@given(order=st.lists(st.integers(0, 2), max_size=5).filter(lambda order: order != [0, 1, 2]))
def test_any_dropped_doubled_or_swapped_line_is_found(order: list[int]) -> None:
    with copy_of(template()) as ledger:
        path = ledger / "ledger" / "manifest.ndjson"
        lines = path.read_bytes().splitlines(keepends=True)
        path.write_bytes(b"".join(lines[number] for number in order))
        assert not verify(ledger).sound


@few
@given(order=st.permutations([0, 1, 2]).filter(lambda order: order != [0, 1, 2]))
def test_any_swap_of_segments_is_found(order: list[int]) -> None:
    with copy_of(template()) as ledger:
        paths = sorted((ledger / "ledger" / "segments").glob("*.parquet"))
        contents = [path.read_bytes() for path in paths]
        for path, number in zip(paths, order, strict=True):
            path.write_bytes(contents[number])
        assert not verify(ledger).sound


@few
@given(keep=st.integers(0, 2))
def test_a_rewritten_end_is_found_by_an_anchor_kept_outside(keep: int) -> None:
    """Everything behind a line taken away together, journal included: only the anchor knows."""
    code = head(template()).code
    with copy_of(template()) as ledger:
        path = ledger / "ledger" / "manifest.ndjson"
        path.write_bytes(b"".join(path.read_bytes().splitlines(keepends=True)[:keep]))
        for number in range(keep, 3):
            for file in (ledger / "ledger" / "segments").glob(f"{number:08d}.*"):
                file.unlink()
        assert "not_as_anchored" in {finding.what for finding in verify(ledger, code).findings}


@settings(max_examples=120, deadline=None)
@given(
    sizes=st.lists(st.one_of(st.integers(0, 90), st.just(70_000)), min_size=1, max_size=12),
    share=st.floats(0, 1),
)
def test_after_a_kill_every_complete_entry_is_there_once(sizes: list[int], share: float) -> None:
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder)
        payloads = [bytes([number % 251]) * size for number, size in enumerate(sizes)]
        ends = []
        journal = Journal.open(data)
        (path,) = journal_files(data / "ledger" / "journal")
        for payload in payloads:
            journal.append(1, payload)
            journal.flush(sync=False)
            ends.append(path.stat().st_size)
        journal.close()
        cut = 64 + round(share * (ends[-1] - 64))
        os.truncate(path, cut)
        journal = Journal.open(data)
        whole = [payload for payload, end in zip(payloads, ends, strict=True) if end <= cut]
        assert [bytes(entry.payload) for entry in journal.entries()] == whole
        assert journal.cut_bytes == cut - max([64, *(end for end in ends if end <= cut)])
        journal.append(1, b"next")
        journal.close()
        journal = Journal.open(data)
        assert [bytes(entry.payload) for entry in journal.entries()] == [*whole, b"next"]
        journal.close()


@settings(max_examples=25, deadline=None)
@given(
    steps=st.lists(st.sampled_from(["append", "seal", "kill", "drop"]), max_size=12), share=st.floats(0, 1)
)
def test_kills_and_seals_in_any_order_keep_every_decision_once(steps: list[str], share: float) -> None:
    """A kill tears what was appended since the last flush at any byte; the caller sends that again."""
    with tempfile.TemporaryDirectory() as folder:
        data = Path(folder) / "data"
        ledger = Ledger.open(data, clock_ms=lambda: 1)
        actions: dict[str, Callable[[], object]] = {
            "append": lambda: append(ledger, 3),
            "seal": lambda: ledger.seal(),
            "drop": lambda: ledger.drop_sealed_journals(ledger.last_seq),
        }
        for step in steps:
            if step != "kill":
                actions[step]()
                continue
            path = journal_files(data / "ledger" / "journal")[-1]
            before = path.stat().st_size
            expected = ledger.next_number
            append(ledger, 3)
            ledger.close()
            os.truncate(path, before + int(share * (path.stat().st_size - before - 1)))
            ledger = Ledger.open(data, clock_ms=lambda: 1)
            assert ledger.next_number == expected
        total = ledger.next_number
        tail = [e for e in ledger.entries_since(ledger.sealed_seq) if e.kind == DECISIONS]
        if tail:
            assert decode_decisions(tail[-1].payload).first_number == total - 3
        ledger.close()
        assert verify(data).findings == ()
        assert history(data, Question())["number"].to_pylist() == list(range(total))


@few
@given(
    st.lists(st.text(st.characters(exclude_categories=["Cs"]), max_size=40), max_size=30),
    st.binary(min_size=16, max_size=16),
)
def test_columns_and_single_strings_share_pseudonyms(texts: list[str], key: bytes) -> None:
    together = hash_strings(pa.array(texts, pa.string()), key, PATIENT).tolist()
    assert together == [hash_text(text, key, PATIENT) for text in texts]
