"""The scope as the documents read it: its own hash is checked, the rows are found by pseudonym."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from notice_case import a_scope, scope_content, write_scope
from rempart.canonical import hash_document
from rempart.errors import SourceError
from rempart.notice.scope import read_patients, read_scope

ROWS = [("ffffffffffffffff", "identity;results"), ("0000000000000001", "contact"), ("00000000000000ab", "")]


def test_a_scope_is_read_as_it_was_written(tmp_path: Path) -> None:
    assert write_scope(tmp_path, ROWS) == read_scope(tmp_path)


def test_a_changed_figure_is_found_by_the_hash(tmp_path: Path) -> None:
    write_scope(tmp_path, ROWS)
    path = tmp_path / "scope.json"
    content = json.loads(path.read_text())
    content["patients"]["high"] += 1
    path.write_text(json.dumps(content))
    with pytest.raises(SourceError, match="was changed"):
        read_scope(tmp_path)


def test_the_hash_is_that_of_the_canonical_spelling() -> None:
    spelled = '{"a":[1,2.5],"b":"é"}'.encode()
    assert hash_document({"b": "é", "a": [1, 2.5], "hash": "x"}) == hashlib.sha256(spelled).hexdigest()


def test_a_folder_of_several_controllers_names_them(tmp_path: Path) -> None:
    for name in ("clinic", "practice"):
        write_scope(tmp_path / name, ROWS)
    (tmp_path / "summary.json").write_text("{}")
    with pytest.raises(SourceError, match="name one of them: clinic, practice"):
        read_scope(tmp_path)


@pytest.mark.parametrize("text", ["", "{", "[]", '{"format": 1}', "\x00", "[" * 100_000])
def test_a_file_that_is_no_scope_is_refused_in_one_line(tmp_path: Path, text: str) -> None:
    (tmp_path / "scope.json").write_text(text)
    with pytest.raises(SourceError, match=r"scope\.json is no scope"):
        read_scope(tmp_path)


def test_another_format_is_refused(tmp_path: Path) -> None:
    (tmp_path / "scope.json").write_text(json.dumps(scope_content(format="rempart-scope-9")))
    with pytest.raises(SourceError, match="another format"):
        read_scope(tmp_path)


def test_patients_are_found_by_their_pseudonym(tmp_path: Path) -> None:
    write_scope(tmp_path, ROWS)
    patients = read_patients(tmp_path)
    rows = patients.find(np.array([1, 2, 0xAB, 2**64 - 1], np.uint64))
    assert [row >= 0 for row in rows] == [True, False, True, True]
    found = patients.table["categories"].take([rows[0], rows[3]]).to_pylist()
    assert found == ["contact", "identity;results"]


def test_an_empty_scope_finds_nobody(tmp_path: Path) -> None:
    write_scope(tmp_path, [])
    assert read_patients(tmp_path).find(np.array([1], np.uint64)).tolist() == [-1]


@pytest.mark.parametrize(
    "row", ["xyz,,,1,,no,1", ",,,1,,no,1", "1ffffffffffffffff,,,1,,no,1", "01,,,many,,no,1"]
)
def test_a_row_that_is_none_is_refused(tmp_path: Path, row: str) -> None:
    write_scope(tmp_path, [])
    with (tmp_path / "scope.csv").open("a") as file:
        file.write(row + "\n")
    with pytest.raises(SourceError, match="no list of patients"):
        read_patients(tmp_path)


def test_a_case_without_an_incident_is_known_by_its_accounts() -> None:
    one, other = a_scope(incident=None), a_scope(incident=None, accounts=["x"])
    assert one.case == a_scope(incident=None, to="2026-03-09T00:00:00.000Z").case
    assert one.case != other.case
    assert a_scope().case == "I0001"
