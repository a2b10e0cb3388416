"""The number an identifier ends with, in columns and one by one."""

import msgspec
import numpy as np
import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from rempart.pipeline.door import Door, Names
from rempart.pipeline.identifiers import last_number, last_numbers
from rempart.records import ACCESS_SCHEMA, Access, ValueKind


def test_the_last_digits_are_read_and_nothing_else() -> None:
    found = last_numbers(
        pa.array(["", "Patient/p00042", "7", "12ab", "é9", "x123456789012345678901"], pa.string())
    )
    assert found.tolist() == [-1, 42, 7, -1, 9, 789_012_345_678_901]


@given(st.lists(st.text(st.sampled_from("ab/é-0123456789"), max_size=25)), st.integers(0, 5))
def test_a_column_reads_as_its_words_do(words: list[str], cut: int) -> None:
    column = pa.array(words, pa.string())[cut:]
    assert last_numbers(column).tolist() == [last_number(word) for word in words[cut:]]


def opened(patients: tuple[str, ...], is_query: bool = False, value_kind: int = 0) -> Access:
    return Access(
        "feed", 0, 1, "e", 0, 1_767_571_200_000, "dr", "", "doctor", "", "10.0.0.1", "", "s", "", "R", 0, "Observation",
        patients, is_query, -1, -1, "", value_kind, 20_000 if value_kind else 0,
    )  # fmt: skip


def test_only_the_steps_between_an_accounts_single_patients_pass_the_door_whichever_way_they_go_in() -> None:
    accesses = [
        opened(("Patient/p100",)), opened(("Patient/p103",)), opened(("Patient/p1", "Patient/p2")), opened(("Patient/x",)),
        opened(("Patient/p7", "Patient/p8"), is_query=True), opened(("Patient/p9",), True, int(ValueKind.DATE)),
    ]  # fmt: skip
    batch = pa.RecordBatch.from_pylist([msgspec.structs.asdict(each) for each in accesses], ACCESS_SCHEMA)
    rows = Door(bytes(16), Names()).frame(batch).rows
    singly = np.concatenate([door.one(each).rows for door in [Door(bytes(16), Names())] for each in accesses])
    for name in ("value", "value_kind", "flags", "patients"):
        assert rows[name].tolist() == singly[name].tolist(), name
    kinds = [ValueKind.IDENTIFIER, ValueKind.IDENTIFIER, 0, 0, 0, ValueKind.DATE]
    assert rows["value_kind"].tolist() == kinds
    assert rows["value"][1] - rows["value"][0] == 3
    assert rows["value"][0] != 100
