"""Sealing and saving beside the judging lose nothing, and a restart finds the state that was copied."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.ledger.query import connect
from rempart.ledger.verify import verify
from rempart.pipeline import keeping
from rempart.pipeline.course import Course
from rempart.pipeline.keeping import Keeping
from rempart.records import Access, Kind
from rempart.settings import Settings


def access(number: int) -> Access:
    return Access(
        "serve", 0, 0, f"e{number}", int(Kind.ACCESS), 1_767_254_400_000 + number, f"a{number % 7}", "", "", "",
        "", "x", f"s{number % 7}", "", "R", -1, "Patient", (f"p{number % 50}",), False, -1, -1, "", 0, 0,
    )  # fmt: skip


def open_course(data: Path) -> Course:
    return Course.open(data, Settings(seal_every=2**62), enforce=True, live=True)


def test_decisions_made_while_it_seals_and_saves_are_kept_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(keeping, "SAVE_EVERY", 70)
    told: list[str] = []
    course = open_course(tmp_path)
    keeper = Keeping(course, 50, told.append)
    for number in range(400):
        course.decide_one(access(number))
        course.flush()
        keeper.look()
        if number % 100 == 99:
            keeper.finish()
    keeper.finish()
    course.abandon()
    assert not told
    assert len(list((tmp_path / "checkpoints").iterdir())) >= 1
    again = open_course(tmp_path)
    assert again.ledger.next_number == 400
    assert again.decide_one(access(400)).number == 400
    assert again.decide_one(access(5)).repeated
    again.close()
    rows = connect(tmp_path).execute("SELECT count(*), count(DISTINCT event) FROM ledger").fetchall()
    assert rows == [(401, 401)]
    assert not verify(tmp_path).findings
