"""The live line protocol: one FHIR resource a line in, one answer a line out, in arrival order.

An answer follows its journal write, so a caller that resends from its first unanswered record
after a crash gets the same answers. Lines that arrive together are judged together; that changes
no answer. Nothing but answers goes to the output. Misses: speaking anything but JSON lines.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec
import pyarrow as pa

from rempart.pipeline.course import Answers, Course
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.wording import answer
from rempart.records import ACCESS_SCHEMA, Access, Context, Rejected
from rempart.sources.fhir import read_message
from rempart.sources.stdio import arriving_lines

SOURCE = "stdio"
Unit = Access | Context | Rejected


def answer_lines(
    course: Course, rejects: RejectFile, read: Callable[[int], bytes], write: Callable[[bytes], object]
) -> None:
    """Run the protocol until ``read`` gives b""; ``write`` gets whole lines and delivers them at once."""
    for lines in arriving_lines(read, SOURCE):
        units = [
            each if isinstance(each, Rejected) else read_message(each[1], SOURCE, each[0]) for each in lines
        ]
        out: list[bytes] = []
        run: list[Access] = []
        for unit in units:
            if isinstance(unit, Access):
                run.append(unit)
                continue
            out += _answers(course, run)
            run = []
            if isinstance(unit, Context):
                course.learn([unit])
            else:
                course.reject(1)
                rejects.note([unit])
        out += _answers(course, run)
        course.flush()
        if out:
            write(b"".join(out))


def _answers(course: Course, run: list[Access]) -> list[bytes]:
    """Answers to consecutive events, each a line."""
    if not run:
        return []
    if len(run) == 1:
        frame = course.door.one(run[0])
    else:
        frame = course.door.frame(to_batch(run))
    given = course.decide(frame)
    lines = []
    fresh = 0
    for access, earlier in zip(run, given.earlier.tolist(), strict=True):
        if earlier < 0:
            decision = given.decisions[fresh]
            fresh += 1
        else:
            decision = _again(course, given, earlier)
        name = access.event or f"{access.source}:{access.offset}"
        lines.append(msgspec.json.encode(answer(name, access.account, access.recorded_ms, decision)) + b"\n")
    return lines


def _again(course: Course, given: Answers, number: int) -> object:
    """The decision a repeated record got the first time."""
    if number >= given.first_number:
        return given.decisions[number - given.first_number]
    return course.decision(number)


def to_batch(run: list[Access]) -> pa.RecordBatch:
    """Rows of ACCESS_SCHEMA from single records."""
    columns = [
        pa.array([getattr(access, field.name) for access in run], field.type) for field in ACCESS_SCHEMA
    ]
    return pa.RecordBatch.from_arrays(columns, schema=ACCESS_SCHEMA)
