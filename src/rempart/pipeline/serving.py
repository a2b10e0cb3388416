"""Serving: a question at the door → one access → judged → an answer, and commands where they follow.

Reads what a front has made of requests (:class:`Asked`); gives a :class:`Verdict` each once the journal
has it. A strong login newer than an open challenge is the passed login that answers it. Also takes the
events of providers and of servers behind (FHIR lines), the words of persons, and the end of sessions. One
caller, one process: the ledger's writer. Misses: HTTP, tokens and keys, which the fronts know.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from enum import IntEnum

import msgspec
import numpy as np

from rempart.pipeline.challenges import Challenges
from rempart.pipeline.containing import Containment
from rempart.pipeline.course import Course, Decided
from rempart.pipeline.door import session_of
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.wording import reason_list
from rempart.records import Access, Action, Context, Kind, Rejected
from rempart.sources.fhir import read_message

CURRENT_CARE = 0.5
"""Grade of explanation from which a patient is served under ``restrict``."""


class Answer(IntEnum):
    """What the enforcement point is told."""

    SERVE = 0
    CHALLENGE = 1
    """Prove again who you are: a strong login newer than this answer."""
    RESTRICTED = 2
    """Not a patient in this account's current care."""
    REFUSED = 3
    ENDED = 4
    """The token is worth nothing any more: log in again."""


class Asked(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """One question. Times in seconds; ``strong_s`` the time of a strong login, -1 for none."""

    access: Access
    subject: str
    issued_s: int
    strong_s: int
    reason: str
    """Why the glass is broken; empty where it is not."""
    token: str
    """The token itself where the site revokes tokens, else empty."""


class Verdict(msgspec.Struct, frozen=True, array_like=True, gc=False):
    """The answer, the decision behind it and its number in the ledger (-1: none was needed)."""

    answer: int
    action: int
    number: int
    broke_glass: bool = False


class Serving:
    """The judge's end. ``clock_ms`` is the wall clock; ``question`` makes the address of a "Was this you?"."""

    def __init__(
        self,
        course: Course,
        rejects: RejectFile,
        containment: Containment,
        clock_ms: Callable[[], int],
        *,
        enforce: bool,
        glass_s: int,
        question: Callable[[str, Decided, int], str] | None,
    ) -> None:
        self._course, self._rejects, self._containment = course, rejects, containment
        self._clock_ms, self._enforce, self._glass_s, self._question = clock_ms, enforce, glass_s, question
        self._glass = os.open(
            course.data / "break_glass.ndjson", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        self._challenges = Challenges(course)
        self._heard = 0
        self.counts: dict[str, int] = {}
        containment.settle(*_blocked(course, containment.closed_accounts()), clock_ms())

    def answer(self, questions: list[Asked]) -> list[Verdict]:
        """One verdict a question, in order, journalled before this returns."""
        verdicts = [self._answer(each) for each in questions]
        self._course.flush()
        return verdicts

    def _answer(self, asked: Asked) -> Verdict:
        if self._containment.is_worthless(asked.access, asked.subject, asked.issued_s):
            return self._count(Verdict(Answer.ENDED, Action.BLOCK, -1))
        access = self._in_session(asked)
        if asked.token:
            self._containment.see_token(access.account, asked.token)
        decided = self._course.decide_one(access)
        action = int(decided.decision["action"])
        answer = Answer.SERVE
        if action != Action.ALLOW:
            self._follow(access, decided, action, asked.subject)
            if self._enforce:
                answer = self._answer_of(action, access)
        if answer != Answer.SERVE and asked.reason:
            return self._break_glass(asked, access, decided, action)
        return self._count(Verdict(answer, action, decided.number))

    def _answer_of(self, action: int, access: Access) -> Answer:
        if action == Action.STEP_UP:
            return Answer.CHALLENGE
        if action == Action.BLOCK:
            return Answer.REFUSED
        return Answer.SERVE if self._in_care(access) else Answer.RESTRICTED

    def _in_session(self, asked: Asked) -> Access:
        """The access in its session; a strong login that answers that session's challenge is judged first."""
        access, passed = self._challenges.settle(asked.access, asked.strong_s, self._clock_ms())
        if passed:
            self._control(Kind.LOGIN_PASSED, access.account, "provider", "", access)
        return access

    def _follow(self, access: Access, decided: Decided, action: int, subject: str) -> None:
        """What a decision other than allow sets in motion."""
        if action == Action.BLOCK:
            if not self._containment.is_closed(access.account):
                words = self._words(decided)
                self._containment.block(access.account, self._clock_ms(), subject, decided.number, words)
            return
        if self._challenges.asked_ms(session_of(access), self._clock_ms()) < 0:
            self._challenges.open(access)
            if self._question is not None:
                link = self._question(access.account, decided, self._clock_ms())
                words = self._words(decided)
                self._containment.tell("ask", access.account, self._clock_ms(), decided.number, words, link)

    def _break_glass(self, asked: Asked, access: Access, decided: Decided, action: int) -> Verdict:
        """Serve a stated reason under a fresh strong login, and say so loudly; else ask for the login."""
        now_ms = self._clock_ms()
        if asked.strong_s < now_ms // 1000 - self._glass_s:
            return self._count(Verdict(Answer.CHALLENGE, action, decided.number))
        line = {
            "at_ms": now_ms,
            "account": access.account,
            "decision": decided.number,
            "action": Action(action).name.lower(),
            "reason": asked.reason,
        }
        os.write(self._glass, msgspec.json.encode(line) + b"\n")
        os.fdatasync(self._glass)
        self._containment.tell("break_glass", access.account, now_ms, decided.number, (asked.reason,))
        return self._count(Verdict(Answer.SERVE, action, decided.number, True))

    def _in_care(self, access: Access) -> bool:
        """Whether every patient the request names is in the account's current care; never for unknown ones."""
        course = self._course
        number = course.names.known("account", access.account)
        if number < 0 or not access.patients:
            return False
        account = course.names.canon[number : number + 1].astype(np.int32)
        patients = np.array([course.door.patient(each) for each in access.patients], np.uint64)
        grades = course.care.index.explain(
            account,
            np.array([access.recorded_ms], np.int64),
            np.zeros(1, np.int64),
            np.array([patients.size], np.int64),
            course.care.aliases.canonical(patients),
        )
        return bool((grades[:, 0] >= CURRENT_CARE).all())

    def _words(self, decided: Decided) -> list[str]:
        row = decided.decision
        told = reason_list(row["code"], row["weight"], row["seen"], row["usual"], int(row["reasons"]))
        return [each["text"] for each in told]

    def _count(self, verdict: Verdict) -> Verdict:
        name = "break_glass" if verdict.broke_glass else Answer(verdict.answer).name.lower()
        self.counts[name] = self.counts.get(name, 0) + 1
        return verdict

    def learn(self, lines: bytes, source: str) -> dict[str, int]:
        """Take FHIR lines in: care context, logins, reinstatements, traces of what was served."""
        taken = {"read": 0, "context": 0, "control": 0, "traces": 0, "rejected": 0}
        for line in lines.split(b"\n"):
            if not line.strip():
                continue
            unit = read_message(line, source, 0)
            taken["read"] += 1
            if isinstance(unit, Context):
                self._course.learn([unit])
                taken["context"] += 1
            elif isinstance(unit, Rejected):
                self._course.reject(1)
                self._rejects.note([unit])
                taken["rejected"] += 1
            else:
                login = unit.kind in (Kind.LOGIN_FAILED, Kind.LOGIN_PASSED)
                taken["traces" if unit.kind == Kind.ACCESS else "control"] += 1
                self._take(self._challenges.placed(unit, self._clock_ms()) if login else unit)
        self._course.flush()
        return taken

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
            self._follow(unit, decided, int(Action.BLOCK), "")
        return True

    def hear(self, kind: Kind, account: str, who: str, name: str) -> bool:
        """A person's word about an account: DISOWNED, VOUCHED or REINSTATED. Journalled when this returns;
        False where an answer of that ``name`` was heard before."""
        fresh = self._control(kind, account, who, name)
        self._course.flush(sync=True)
        return fresh

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

    def close(self) -> None:
        """Let the file of broken glass go; the course is closed by whoever opened it."""
        os.close(self._glass)


def _blocked(course: Course, closed: list[str]) -> tuple[set[str], list[str]]:
    """Accounts the ledger's state blocks, and of ``closed`` those it can speak of."""
    names, accounts = course.names, course.watch.accounts
    blocked = {names.words["account"][number] for number in np.flatnonzero(accounts["blocked"]).tolist()}
    known = []
    for account in closed:
        number = names.known("account", account)
        if number >= 0 and not accounts["blocked"][int(names.canon[number])]:
            known.append(account)
    return blocked, known
