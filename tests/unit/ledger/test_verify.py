from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from synthetic_ledger import SEALED_AT_MS

from rempart.errors import LedgerError
from rempart.ledger import manifest as manifest_module
from rempart.ledger.book import Ledger
from rempart.ledger.folder import Folder
from rempart.ledger.framing import journal_files
from rempart.ledger.keys import Keys
from rempart.ledger.manifest import add_line, decode_line, read_lines
from rempart.ledger.seal import head, parse_anchor, record_anchor
from rempart.ledger.verify import verify


def found(data: Path, anchor: str | None = None) -> set[str]:
    return {finding.what for finding in verify(data, anchor).findings}


def lines_of(data: Path) -> list[bytes]:
    return (data / "ledger" / "manifest.ndjson").read_bytes().splitlines(keepends=True)


def write_lines(data: Path, lines: list[bytes]) -> None:
    (data / "ledger" / "manifest.ndjson").write_bytes(b"".join(lines))


def test_an_untouched_ledger_is_sound(sealed: Path) -> None:
    report = verify(sealed)
    assert report.findings == ()
    assert (report.sealed_rows, report.sealed_segments, report.unsealed_rows) == (90, 3, 15)
    assert report.anchored is None


def test_a_running_writer_is_no_finding(sealed: Path, open_ledger: Callable[..., Ledger]) -> None:
    with open_ledger() as ledger:
        ledger.seal()
        ledger.drop_sealed_journals(ledger.last_seq)
        assert verify(sealed).findings == ()


@pytest.mark.parametrize("kind", ["parquet", "index", "names"])
def test_a_changed_or_missing_file_is_named(sealed: Path, kind: str) -> None:
    path = sealed / "ledger" / "segments" / f"00000000.{kind}"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    assert [f.where for f in verify(sealed).findings] == [path.name]
    path.unlink()
    assert found(sealed) == {"dropped"}


@pytest.mark.parametrize("line", [0, 1, 2])
def test_a_dropped_line_is_found(sealed: Path, line: int) -> None:
    lines = lines_of(sealed)
    del lines[line]
    write_lines(sealed, lines)
    assert found(sealed)


def test_swapped_lines_and_segments_are_found(sealed: Path) -> None:
    lines = lines_of(sealed)
    write_lines(sealed, [lines[1], lines[0], lines[2]])
    assert "reordered" in found(sealed)
    write_lines(sealed, lines)
    one, two = (sealed / "ledger" / "segments" / f"0000000{n}.parquet" for n in (0, 1))
    first, second = one.read_bytes(), two.read_bytes()
    one.write_bytes(second)
    two.write_bytes(first)
    assert [f.where for f in verify(sealed).findings] == [one.name, two.name]


def test_a_truncated_manifest_is_found_by_what_the_journal_still_says(
    sealed: Path, open_ledger: Callable[..., Ledger]
) -> None:
    with open_ledger() as ledger:
        ledger.drop_sealed_journals(ledger.last_seq)
    lines = lines_of(sealed)
    write_lines(sealed, lines[:-1])
    assert "dropped" in found(sealed)
    write_lines(sealed, [*lines[:-1], lines[-1][:50]])
    assert "truncated" in found(sealed)


def test_lines_signed_with_another_key_are_told(sealed: Path) -> None:
    """All lines forged with a new key, chained and hashed properly."""
    folder = Folder(sealed)
    lines = read_lines(folder)
    folder.manifest.unlink()
    folder.manifest_end.unlink()
    other = Ed25519PrivateKey.generate()
    for line in lines:
        add_line(folder, other, lambda _, line=line: line)
    assert [f.what for f in verify(sealed).findings] == ["another_key"] * 4


def test_who_holds_the_key_is_caught_by_an_anchor_only(sealed: Path) -> None:
    """The docs say so: everything after the last outside anchor could be rewritten with the key."""
    code = head(sealed).code
    folder = Folder(sealed)
    lines = read_lines(folder)
    folder.manifest.unlink()
    folder.manifest_end.unlink()
    key = Keys.open(sealed, create=False).signing_key
    for line in lines:
        changed = msgspec.structs.replace(line, at_ms=line.at_ms - 1)
        add_line(folder, key, lambda _, line=changed: line)
    assert found(sealed) == set()
    assert found(sealed, code) == {"not_as_anchored"}


def test_a_change_hidden_by_a_new_hash_breaks_the_signature(sealed: Path) -> None:
    lines = lines_of(sealed)
    fields = json.loads(lines[1])
    fields["rows"] += 1
    line = decode_line(json.dumps(fields, separators=(",", ":")).encode())
    write_lines(sealed, [lines[0], manifest_module.encode_line(line) + b"\n", lines[2]])
    assert "changed" in found(sealed)


def test_missing_doubled_or_damaged_journals_are_found(sealed: Path) -> None:
    files = journal_files(sealed / "ledger" / "journal")
    contents = [path.read_bytes() for path in files]
    files[-1].write_bytes(contents[-1][:64] + b"\xff" + contents[-1][65:])
    assert found(sealed) == {"changed"}
    files[-1].write_bytes(contents[-1])
    files[-2].unlink()
    assert found(sealed) == {"changed"}
    for path in files:
        path.unlink(missing_ok=True)
    assert found(sealed) == {"changed"}


def test_another_journal_does_not_pass_for_the_sealed_one(
    sealed: Path, tmp_path: Path, append: Callable[..., int]
) -> None:
    with Ledger.open(tmp_path / "other") as other:
        for count in (40, 30, 20):
            append(other, count)
            other.append_input(1, b"care link")
        append(other, 15)
    for path in journal_files(sealed / "ledger" / "journal"):
        path.unlink()
    (path,) = journal_files(tmp_path / "other" / "ledger" / "journal")
    (sealed / "ledger" / "journal" / path.name).write_bytes(path.read_bytes())
    assert {f.where for f in verify(sealed).findings} == {
        f"the journal does not pass through segment {n}" for n in range(3)
    }


def test_anchors_say_up_to_where(sealed: Path, open_ledger: Callable[..., Ledger]) -> None:
    anchor = record_anchor(sealed, "letter to the notary", SEALED_AT_MS)
    with open_ledger() as ledger:
        ledger.seal()
    assert verify(sealed).anchored == anchor
    assert anchor.line == 2
    later = head(sealed)
    assert verify(sealed, later.code.lower()).anchored == later
    write_lines(sealed, lines_of(sealed)[:2])
    assert "not_as_anchored" in found(sealed)


def test_an_anchor_code_survives_paper_and_tells_a_slip(sealed: Path) -> None:
    anchor = head(sealed)
    assert parse_anchor(anchor.code) == anchor
    assert parse_anchor(f" {anchor.code.lower()} \n") == anchor
    wrong = anchor.code.replace("REMPART-000002", "REMPART-000003")
    with pytest.raises(LedgerError, match="slip"):
        parse_anchor(wrong)
    for text in ("", "REMPART", anchor.code[:-1], anchor.code + "A"):
        with pytest.raises(LedgerError, match="no anchor code"):
            parse_anchor(text)


def test_nothing_sealed_has_no_head(open_ledger: Callable[..., Ledger], tmp_path: Path) -> None:
    open_ledger().close()
    with pytest.raises(LedgerError, match="nothing is sealed"):
        head(tmp_path / "data")
    assert verify(tmp_path / "data").sound
