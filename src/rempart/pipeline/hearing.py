"""Hearing: what the service is told besides questions → events judged, words believed, sessions ended.

Reads FHIR lines (care context, logins, reinstatements, traces of what the server behind has served),
Keycloak's login events, and the words of persons; gives the journal what they say and containment what
follows. A trace that names the request it is of corrects what was counted for that request, and stands beside
its decision. Whoever calls has checked who speaks: everything heard here is believed. Misses: changing a decision
that was given.
"""

from __future__ import annotations

from collections.abc import Callable

from rempart.pipeline.challenges import Challenges
from rempart.pipeline.containing import Containment
from rempart.pipeline.course import Course
from rempart.pipeline.questions import Questions
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.wording import outside_texts
from rempart.records import Access, Action, Context, Kind, Rejected
from rempart.sources.fhir import read_message
from rempart.sources.keycloak_event import read_keycloak_event

TYPING_ERRORS = 3
"""Wrong credentials typed before a challenge counts as failed, where the provider tells of each."""


class Hearing:
    """The judge's ear; the same caller and process as :class:`rempart.pipeline.serving.Serving`."""

    def __init__(
        self,
        course: Course,
        rejects: RejectFile,
        challenges: Challenges,
        questions: Questions,
        containment: Containment,
        clock_ms: Callable[[], int],
    ) -> None:
        self._course, self._rejects, self._challenges = course, rejects, challenges
        self._questions = questions
        self._containment, self._clock_ms = containment, clock_ms
        self._heard = 0

    def learn(self, lines: bytes, source: str) -> dict[str, int]:
        """Take lines in: care context, logins, reinstatements, traces of what was served."""
        taken = {"read": 0, "context": 0, "control": 0, "traces": 0, "rejected": 0}
        for line in lines.split(b"\n"):
            if line.strip():
                taken["read"] += 1
                taken[self._learn_line(line, source)] += 1
        self._course.flush()
        return taken

    def _learn_line(self, line: bytes, source: str) -> str:
        """What one line was."""
        unit = read_message(line, source, 0)
        failures = 1
        if isinstance(unit, Rejected):
            typed = read_keycloak_event(line, source)
            if typed is None:
                self._course.reject(1)
                self._rejects.note([unit])
                return "rejected"
            unit, failures = typed, TYPING_ERRORS
        if isinstance(unit, Context):
            self._course.learn([unit])
            return "context"
        if unit.kind in (Kind.LOGIN_FAILED, Kind.LOGIN_PASSED):
            unit = self._challenges.placed(unit, self._clock_ms(), failures)
        elif unit.kind == Kind.ACCESS:
            unit = self._questions.placed(unit)
        self._take(unit)
        return "traces" if unit.kind == Kind.ACCESS else "control"

    def _take(self, unit: Access) -> bool:
        """Judge what is no question and do what follows; False where it was known already.

        Of an access the ledger keeps that the server behind told what it served.
        """
        decided = self._course.decide_one(unit, trace=unit.kind == Kind.ACCESS or None)
        if decided.repeated:
            return False
        if unit.kind == Kind.REINSTATED:
            self._containment.reinstate(unit.account, self._clock_ms())
        elif int(decided.decision["action"]) == Action.BLOCK:
            words = outside_texts(decided.decision)
            self._containment.block(unit.account, self._clock_ms(), "", decided.number, words)
        return True

    def hear(self, kind: Kind, account: str, who: str, name: str) -> bool:
        """A person's word about an account: DISOWNED, VOUCHED or REINSTATED. Journalled when this returns;
        False where an answer of that ``name`` was heard before."""
        fresh = self._control(kind, account, who, name)
        self._course.flush(sync=True)
        return fresh

    def login_passed(self, access: Access) -> None:
        """The access's token shows a login that answers its session's challenge."""
        self._control(Kind.LOGIN_PASSED, access.account, "provider", "", access)

    def _control(self, kind: Kind, account: str, source: str, name: str, like: Access | None = None) -> bool:
        now_ms = self._clock_ms()
        self._heard += 1
        event = name or f"{source}-{now_ms}-{self._heard}"
        place = ("", "", "") if like is None else (like.address, like.software, like.session)
        return self._take(
            Access(
                source, 0, 0, event, int(kind), now_ms, account, "", "", "", *place, "",
                "", 0, "", (), False, -1, -1, "", 0, 0,
            )
        )  # fmt: skip

    def end(self, session: str, subject: str) -> None:
        """The provider ended a session or all of a subject's."""
        self._containment.end(session, subject, self._clock_ms())
