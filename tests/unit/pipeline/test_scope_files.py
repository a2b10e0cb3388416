"""Small things that files of a scope rest on: names of folders, spellings, hashes, owners."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import numpy as np

from rempart.canonical import hash_document
from rempart.incident.exposure import People
from rempart.pipeline.scope_files import groups_of, names_of, people_csv
from rempart.pipeline.source_hours import family_of
from rempart.pipeline.spelling import slugs_of, write_json
from rempart.records import CATEGORIES, MISSING_MS

DAY_MS = 86_400_000


def people() -> People:
    return People(
        patient=np.array([1, 2**63 + 5], np.uint64),
        first_ms=np.array([0, MISSING_MS]),
        last_ms=np.array([DAY_MS + 1, MISSING_MS]),
        accesses=np.array([3, 1]),
        certain=np.array([True, False]),
        shown=np.array([0b11, 0]),
        maybe=np.array([0b100, 0b1]),
        kinds=np.array([2, 1]),
        certain_kinds=np.array([1, 0]),
        in_care=np.array([1, 2], np.int8),
        thief=np.array([0.98765, 0.5]),
    )


def test_a_row_says_all_of_one_patient() -> None:
    rows = list(csv.DictReader(io.StringIO(people_csv(people()).decode())))
    assert rows[0] == {
        "patient": "0000000000000001",
        "first": "1970-01-01T00:00:00.000Z",
        "last": "1970-01-02T00:00:00.001Z",
        "accesses": "3",
        "categories": "identity;contact",
        "in_care": "yes",
        "thief_probability": "0.988",
        "exposed": "yes",
        "possible_categories": "social_security_number",
    }
    assert (rows[1]["patient"], rows[1]["first"], rows[1]["exposed"]) == ("8000000000000005", "", "possible")


def test_people_of_the_same_kind_and_day_are_one_group() -> None:
    one, other = sorted(groups_of(people(), 11 * DAY_MS), key=lambda group: -group.certain)
    assert (one.people, one.certain, one.proved, one.age_days) == (1, 1, ("identity", "contact"), 9.0)
    assert other == (1, 0, (), ("identity",), 0.0)


def test_nobody_is_an_empty_table() -> None:
    nobody = People(*(column[:0] for column in (getattr(people(), name) for name in People.__slots__)))
    assert people_csv(nobody).count(b"\n") == 1
    assert groups_of(nobody, 0) == []


def test_bits_name_the_categories() -> None:
    assert names_of((1 << len(CATEGORIES)) - 1) == CATEGORIES
    assert names_of(0) == ()


def test_folders_are_plain_and_told_apart() -> None:
    names = ["Cabinet de l'Étoile", "cabinet de l etoile", "../../etc", "", "x" * 200, "日本"]
    made = slugs_of(names)
    assert made[:4] == ["cabinet-de-l-etoile", "cabinet-de-l-etoile-2", "etc", "controller"]
    assert len(set(made)) == len(names)
    assert all(len(slug) <= 63 and "/" not in slug and "." not in slug for slug in made)


def test_a_hash_is_of_the_content_whatever_the_order() -> None:
    one, other = {"a": 1, "b": ["é"]}, {"b": ["é"], "a": 1, "hash": "anything"}
    assert hash_document(one) == hash_document(other)
    assert hash_document(one) != hash_document({"a": 2, "b": ["é"]})


def test_files_are_their_owners_alone(tmp_path: Path) -> None:
    path = tmp_path / "x.json"
    for number in (1, 2):
        write_json(path, {"a": number})
        assert json.loads(path.read_bytes()) == {"a": number}
    assert path.stat().st_mode & 0o077 == 0


def test_files_of_one_log_are_one_source() -> None:
    assert family_of("logs2/audit-2026-03-02.ndjson") == family_of("logs2/audit-2026-03-03.ndjson")
    assert family_of("ward1/audit.csv") != family_of("ward2/audit.csv")
    assert family_of("stdio") == "stdio"
