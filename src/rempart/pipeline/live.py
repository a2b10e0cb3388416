"""The live line protocol: one FHIR resource a line in, one answer a line out, in arrival order.

An answer follows its journal write, so a caller that resends from its first unanswered record
after a crash gets the same answers. Lines that arrive together are written together; that changes
no answer. Nothing but answers goes to the output. Misses: speaking anything but JSON lines.
"""

from __future__ import annotations

from collections.abc import Callable

import msgspec

from rempart.pipeline.course import Course
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.wording import answer
from rempart.records import Access, Context, Rejected
from rempart.sources.fhir import read_message
from rempart.sources.stdio import arriving_lines

SOURCE = "stdio"


def answer_lines(
    course: Course, rejects: RejectFile, read: Callable[[int], bytes], write: Callable[[bytes], object]
) -> None:
    """Run the protocol until ``read`` gives b""; ``write`` gets whole lines and delivers them at once."""
    for lines in arriving_lines(read, SOURCE):
        out: list[bytes] = []
        for line in lines:
            unit = line if isinstance(line, Rejected) else read_message(line[1], SOURCE, line[0])
            if isinstance(unit, Access):
                out.append(answer_access(course, unit))
            elif isinstance(unit, Context):
                course.learn([unit])
            else:
                course.reject(1)
                rejects.note([unit])
        course.flush()
        if out:
            write(b"".join(out))


def answer_access(course: Course, access: Access) -> bytes:
    """The answer to one access as a line; it may leave once the course is flushed."""
    decision = course.decide_one(access).decision
    name = access.event or f"{access.source}:{access.offset}"
    return msgspec.json.encode(answer(name, access.account, access.recorded_ms, decision)) + b"\n"
