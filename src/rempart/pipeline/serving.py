"""Serving: a question at the door → one access → judged → an answer, and commands where they follow.

Reads what a front has made of requests (:class:`Asked`); gives a :class:`Verdict` each once the journal
has it. A strong login newer than an open challenge is the passed login that answers it. One caller, one
process: the ledger's writer. Misses: HTTP, tokens and keys, which the fronts know; events and persons'
words, which :mod:`rempart.pipeline.hearing` takes.
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
from rempart.pipeline.hearing import Hearing
from rempart.pipeline.questions import Questions
from rempart.pipeline.wording import outside_texts
from rempart.records import Access, Action

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


ANSWERS = tuple(answer.name.lower() for answer in Answer)
"""Names of the answers, by number."""


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
        challenges: Challenges,
        questions: Questions,
        hearing: Hearing,
        containment: Containment,
        clock_ms: Callable[[], int],
        *,
        enforce: bool,
        glass_s: int,
        question: Callable[[str, Decided, int], str] | None,
    ) -> None:
        self._course, self._challenges, self._questions = course, challenges, questions
        self._hearing, self._containment = hearing, containment
        self._clock_ms, self._enforce, self._glass_s, self._question = clock_ms, enforce, glass_s, question
        self._glass = os.open(
            course.data / "break_glass.ndjson", os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600
        )
        self.counts: dict[str, int] = {}
        containment.settle(*_blocked(course, containment.closed_accounts()), clock_ms())

    def answer(self, questions: list[Asked]) -> list[Verdict]:
        """One verdict a question, in order, journalled before this returns.

        Questions of different accounts are judged together: nothing that follows from one touches another.
        """
        verdicts: dict[int, Verdict] = {}
        together: dict[str, tuple[int, Asked, Access]] = {}
        for place, asked in enumerate(questions):
            account = asked.access.account
            if account in together:
                self._judge(together, verdicts)
            if self._containment.is_worthless(asked.access, asked.subject, asked.issued_s):
                verdicts[place] = self._count(Verdict(Answer.ENDED, Action.BLOCK, -1))
                continue
            access, passed = self._challenges.settle(asked.access, asked.strong_s, self._clock_ms())
            if passed:
                self._judge(together, verdicts)
                self._hearing.login_passed(access)
            together[account] = place, asked, access
        self._judge(together, verdicts)
        self._course.flush()
        return [verdicts[place] for place in range(len(questions))]

    def _judge(self, together: dict[str, tuple[int, Asked, Access]], verdicts: dict[int, Verdict]) -> None:
        """Judge what waits ``together``, and let nothing wait any more."""
        decided = self._course.decide_each([access for _, _, access in together.values()])
        for (place, asked, access), one in zip(together.values(), decided, strict=True):
            verdicts[place] = self._verdict(asked, access, one)
        together.clear()

    def _verdict(self, asked: Asked, access: Access, decided: Decided) -> Verdict:
        """The answer to a question that was decided, and what follows from it."""
        if asked.subject:
            self._containment.see_subject(access.account, asked.subject)
        if asked.token:
            self._containment.see_token(access.account, asked.token)
        self._questions.keep(access, decided.number)
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

    def _follow(self, access: Access, decided: Decided, action: int, subject: str) -> None:
        """What a decision other than allow sets in motion."""
        if action == Action.BLOCK:
            if not self._containment.is_closed(access.account):
                words = outside_texts(decided.decision)
                self._containment.block(access.account, self._clock_ms(), subject, decided.number, words)
            return
        if self._challenges.asked_ms(session_of(access), self._clock_ms()) < 0:
            self._challenges.open(access)
            if self._question is not None:
                link = self._question(access.account, decided, self._clock_ms())
                words = outside_texts(decided.decision)
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
        number = course.stages.names.known("account", access.account)
        if number < 0 or not access.patients:
            return False
        account = course.stages.names.canon[number : number + 1].astype(np.int32)
        patients = np.array([course.stages.door.patient(each) for each in access.patients], np.uint64)
        grades = course.stages.care.index.explain(
            account,
            np.array([access.recorded_ms], np.int64),
            np.zeros(1, np.int64),
            np.array([patients.size], np.int64),
            course.stages.care.aliases.canonical(patients),
        )
        return bool((grades[:, 0] >= CURRENT_CARE).all())

    def _count(self, verdict: Verdict) -> Verdict:
        name = "break_glass" if verdict.broke_glass else ANSWERS[verdict.answer]
        self.counts[name] = self.counts.get(name, 0) + 1
        return verdict

    def close(self) -> None:
        """Let the file of broken glass go; the course is closed by whoever opened it."""
        os.close(self._glass)


def _blocked(course: Course, closed: list[str]) -> tuple[set[str], list[str]]:
    """Accounts the ledger's state blocks, and of ``closed`` those it can speak of."""
    names, accounts = course.stages.names, course.stages.watch.accounts
    blocked = {names.words["account"][number] for number in np.flatnonzero(accounts["blocked"]).tolist()}
    known = []
    for account in closed:
        number = names.known("account", account)
        if number >= 0 and not accounts["blocked"][int(names.canon[number])]:
            known.append(account)
    return blocked, known
