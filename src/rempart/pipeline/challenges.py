"""Open challenges: which session was asked to prove who is there, since when, and where it comes from.

Reads the answers given; says whether a strong login answers a challenge. A login may open a session of a
new name: one of the same account, address and software carries its challenge on, so that nobody is asked
for ever. Before a restart's challenges only the watch's own state is known, by hash. Misses: a person who
logs in again from another address; that session is judged for itself.
"""

from __future__ import annotations

from collections import OrderedDict
from typing import TypeVar

import msgspec

from rempart.pipeline.course import Course
from rempart.pipeline.door import session_of
from rempart.records import Access, Kind
from rempart.watch.challenge import PASSED_HOURS

KEPT = 100_000
"""Challenges, places and renewed sessions remembered, the latest."""
OPEN_MS = int(PASSED_HOURS * 3_600_000)

Place = tuple[str, str, str]
_Key = TypeVar("_Key")
_Value = TypeVar("_Value")


class Challenges:
    """What was asked and not answered yet; one caller at a time."""

    def __init__(self, course: Course) -> None:
        self._door = course.stages.door
        self._asked: OrderedDict[str, int] = OrderedDict()
        self._places: OrderedDict[Place, str] = OrderedDict()
        self._renewed: OrderedDict[str, str] = OrderedDict()
        self._failed: OrderedDict[str, int] = OrderedDict()
        self._before = _open_in(course)

    def open(self, access: Access) -> None:
        """The access's session was asked at the access's time."""
        session = session_of(access)
        _keep(self._asked, session, access.recorded_ms)
        _keep(self._places, _place(access), session)

    def asked_ms(self, session: str, now_ms: int) -> int:
        """When the session was asked; -1 where it was not, or so long ago that it was forgotten."""
        found = self._asked.get(session, -1)
        if found < 0 and self._before:
            found = self._before.get(self._door.session(session), -1)
        return found if found >= now_ms - OPEN_MS else -1

    def settle(self, access: Access, strong_s: int, now_ms: int) -> tuple[Access, bool]:
        """The access in the session it goes on, and whether its strong login answers that session's challenge.

        ``strong_s`` is a whole second, -1 for no strong login; one in the second of the challenge counts.
        """
        session = session_of(access)
        known = self._renewed.get(session)
        if known is not None:
            session, access = known, msgspec.structs.replace(access, session=known)
        if strong_s < 0 or not (self._asked or self._before):
            return access, False
        if self._answers(session, strong_s, now_ms):
            self._close(session)
            return access, True
        former = self._places.get(_place(access), session)
        if former == session or not self._answers(former, strong_s, now_ms):
            return access, False
        _keep(self._renewed, session, former)
        self._close(former)
        return msgspec.structs.replace(access, session=former), True

    def placed(self, login: Access, now_ms: int, needed: int) -> Access:
        """A provider's login event in the challenged session it belongs to: by session, else by account and
        address, since a provider knows no software. A failure counts as the answer only once ``needed`` of
        them have come; until then it is a failed login like any other."""
        session = session_of(login)
        if self.asked_ms(session, now_ms) < 0:
            places = (
                place for place in reversed(self._places) if place[:2] == (login.account, login.address)
            )
            found = next(places, None)
            if found is None:
                return login
            session = self._places[found]
        if login.kind == Kind.LOGIN_FAILED:
            _keep(self._failed, session, self._failed.get(session, 0) + 1)
            if self._failed[session] < needed:
                apart = f"{session}\x1ffailed {login.event or login.recorded_ms}"
                return msgspec.structs.replace(login, session=apart)
            del self._failed[session]
        return msgspec.structs.replace(login, session=session)

    def _answers(self, session: str, strong_s: int, now_ms: int) -> bool:
        asked_ms = self.asked_ms(session, now_ms)
        return 0 <= asked_ms <= strong_s * 1000 + 999

    def _close(self, session: str) -> None:
        self._asked.pop(session, None)
        self._failed.pop(session, None)
        self._before.pop(self._door.session(session), None)


def _place(access: Access) -> Place:
    return access.account, access.address, access.software


def _keep(table: OrderedDict[_Key, _Value], key: _Key, value: _Value) -> None:
    table[key] = value
    table.move_to_end(key)
    if len(table) > KEPT:
        table.popitem(last=False)


def _open_in(course: Course) -> dict[int, int]:
    """Sessions challenged and not yet passed before a restart, by their hash."""
    accounts = course.stages.watch.accounts
    still = (accounts["asked_ms"] != 0) & (accounts["passed_ms"] == 0)
    sessions, asked = accounts["session"][still], accounts["asked_ms"][still]
    return dict(zip(sessions.tolist(), asked.tolist(), strict=True))
