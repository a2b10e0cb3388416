"""The demonstration: a small region, its thieves, and the real course judging every access before the next.

Plays the closed loop of :mod:`rempart.lab.duel` in ``enforce`` mode against a fresh data folder:
door, care, watch and ledger are the ones a site runs. Gives the result and the scoreboard's rows.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import msgspec

from rempart.errors import LedgerError
from rempart.lab.duel import DuelResult, run_duel
from rempart.lab.region import Region, build_region
from rempart.lab.scoreboard import FrictionRow, ThiefRow, friction_rows, picture, thief_rows
from rempart.lab.spec import RegionSpec
from rempart.lab.thieves import hire
from rempart.language import Language
from rempart.language import gettext as _
from rempart.pipeline.course import Course
from rempart.pipeline.wording import answer
from rempart.records import Access, Context
from rempart.settings import Settings
from rempart.sources.fhir import read_message

MARK = ".demo"
"""Stands in a folder the demonstration made; only such a one is emptied."""
Progressing = Callable[[int, int], None]


class CourseJudge:
    """The course as the lab's judge: one FHIR resource in, the contract's answer out."""

    def __init__(self, course: Course) -> None:
        self._course = course
        self._offset = 0

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision on an AuditEvent; None for care data."""
        line = msgspec.json.encode(resource)
        unit = read_message(line, "lab", self._offset)
        self._offset += len(line) + 1
        if isinstance(unit, Context):
            self._course.learn([unit])
            return None
        if not isinstance(unit, Access):
            self._course.reject(1)
            return None
        decision = self._course.decide_one(unit).decision
        self._course.flush()
        return answer(unit.event, unit.account, unit.recorded_ms, decision)


@dataclass(frozen=True, slots=True)
class Story:
    """What happened: the duel, the table's rows, the files to open, and the region for what comes after."""

    result: DuelResult
    thieves: list[ThiefRow]
    friction: list[FrictionRow]
    picture_path: Path
    data: Path
    region: Region


def play(out: Path, seed: int, hear: Progressing, language: Language) -> Story:
    """Play the story into ``out`` (its ledger of an earlier time is removed first); ``hear(resources, day)`` is told how far it is;
    the picture speaks ``language``."""
    data = out / "data"
    if data.exists() and not (out / MARK).exists():
        raise LedgerError(
            _("{data} was not made by the demonstration").format(data=data), _("give another --out")
        )
    if data.exists():
        shutil.rmtree(data)
    out.mkdir(mode=0o700, parents=True, exist_ok=True)
    (out / MARK).touch(mode=0o600)
    region = build_region(RegionSpec(seed=seed))
    course = Course.open(data, Settings(), enforce=True, live=True)
    result = run_duel(region, hire(region, seed), CourseJudge(course), warm_up_days=14, progress=hear)
    stakes = course.stages.meanings.stakes

    def price(profiles: Any) -> tuple[float, float]:
        low = high = 0.0
        for forms, patients in profiles.items():
            prices = [stakes.stake_of_form(form) for form in forms] or [(0.0, 0.0)]
            low += patients * max(each[0] for each in prices)
            high += patients * max(each[1] for each in prices)
        return low, high

    course.close()
    path = out / "thieves.svg"
    path.write_bytes(picture(result, language))
    return Story(result, thief_rows(result, price), friction_rows(result), path, data, region)
