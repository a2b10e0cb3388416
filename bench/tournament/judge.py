"""A peer in the detector's place: the watch only observes and gives statistics, the peer says who is asked.

Stands where :class:`rempart.lab.rehearsal.Rehearsal` stands in the taped loop. Honest accounts are scored every
quarter of an hour of event time (an hourly peer: every hour) on the statistics of those active in it, and asked at their
next access if the score is above the level; a thief's accesses, which are judged one by one, are scored at
once. What follows a challenge is the same for every peer: a pass lets the session be for twelve hours,
a failure blocks the account until a person reinstates it.
"""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from bench.tournament.peers import Nobody, Peer
from rempart.lab.haul import Profiles
from rempart.lab.rehearsal import Moment, Rehearsal
from rempart.lab.tape import NO_EVENTS, Tape
from rempart.records import DECISION, Action, Frame, Kind
from rempart.watch.state import DAY_MS, HOUR_MS, MINUTE_MS, Array

_PASSED_MS = 12 * HOUR_MS
_SLICE_MS = 15 * MINUTE_MS


class Slice(NamedTuple):
    """Statistics ``vectors`` (n, k) and ``roles`` (n,) of the accounts active in a slice of the UTC day ``day``."""

    day: int
    accounts: list[int]
    vectors: Array
    roles: Array


@dataclass(slots=True)
class Gate:
    """Who is to be asked, was asked, passed, is blocked; and the slice under way."""

    doubted: set[int] = field(default_factory=set)
    """Accounts whose last score was above the level and who were not asked since."""
    asked: set[int] = field(default_factory=set)
    """Sessions with an open challenge."""
    passed_ms: dict[int, int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    active: dict[int, tuple[Array, int]] = field(default_factory=dict)
    """Statistics and role of the accounts seen in the slice; an hourly peer's highest ones."""
    number: int = -1
    """The slice's number since 1970."""


@dataclass(frozen=True, slots=True)
class PeerMoment:
    """Where a peer and the watch behind it stand."""

    watch: Moment
    peer: bytes
    gate: Gate


class PeerJudge:
    """One peer over one tape, with its level."""

    def __init__(self, tape: Tape, peer: Peer, level: float) -> None:
        self._behind = Rehearsal(tape, enforce=False)
        self._peer, self._level, self._gate = peer, level, Gate()
        self._slice_ms = HOUR_MS if peer.hourly else _SLICE_MS
        self._skip = False

    @property
    def events(self) -> int:
        """Events judged so far."""
        return self._behind.events

    def price(self, profiles: Profiles) -> tuple[float, float]:
        """As the rehearsal's."""
        return self._behind.price(profiles)

    def moment(self) -> PeerMoment:
        """Where all stand now."""
        return PeerMoment(self._behind.moment(), self._peer.save(), copy.deepcopy(self._gate))

    def back_to(self, moment: PeerMoment) -> None:
        """Stand there again."""
        self._behind.back_to(moment.watch)
        self._peer.load(moment.peer)
        self._gate = copy.deepcopy(moment.gate)

    def take_back(self) -> None:
        """The last frame was left at its first doubted act: nothing to undo, and nothing to judge again."""
        self._skip = True

    def judge_frame(self, frame: Frame) -> Array:
        """Answers (n,); the first doubted row and what follows it are not judged."""
        rows = frame.rows
        answers = np.zeros(rows.size, DECISION)
        if self._skip:
            self._skip = False
            return answers
        numbers = rows["recorded_ms"] // self._slice_ms
        cuts = [0, *(np.flatnonzero(np.diff(numbers)) + 1).tolist(), rows.size]
        for begin, end in zip(cuts[:-1], cuts[1:], strict=True):
            if begin == end:
                continue
            self._open(int(numbers[begin]))
            stop = begin + self._first_asked(rows[begin:end])
            if stop > begin:
                self._watch(_cut(frame, begin, stop))
            if stop < end:
                answers["action"][stop] = Action.STEP_UP
                break
        return answers

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision on one AuditEvent."""
        self._skip = False
        frame = self._behind.frame_of(resource)
        if frame is None:
            return None
        row = frame.rows[0]
        self._open(int(row["recorded_ms"]) // self._slice_ms)
        self._watch(frame)
        if row["kind"] != Kind.ACCESS:
            return {"action": "allow", "applies_to": "session"}
        account, session, now = int(row["account"]), int(row["session"]), int(row["recorded_ms"])
        if not self._peer.hourly:
            vector, role = self._gate.active[account]
            if float(self._peer.score(vector[None], np.array([role]))[0]) > self._level:
                self._gate.doubted.add(account)
        action = self._action(account, session, now)
        if action == Action.STEP_UP:
            self._gate.asked.add(session)
            self._gate.doubted.discard(account)
        return {
            "action": action.name.lower(),
            "applies_to": "account" if action == Action.BLOCK else "session",
        }

    def _watch(self, frame: Frame) -> None:
        """Let the watch see the rows, and note how their accounts stand."""
        gate, rows = self._gate, frame.rows
        self._behind.judge_frame(frame)
        for row in np.flatnonzero(rows["kind"] != Kind.ACCESS).tolist():
            self._control(rows[row])
        numbers = np.unique(rows["account"])
        statistics, roles = self._behind.statistics_of(numbers)
        vectors = np.log1p(statistics.astype(np.float64))
        for number, vector, role in zip(numbers.tolist(), vectors, roles.tolist(), strict=True):
            found = gate.active.get(number) if self._peer.hourly else None
            gate.active[number] = (vector if found is None else np.maximum(found[0], vector), role)

    def _open(self, number: int) -> None:
        """Score and learn the slice before, if another one begins."""
        gate = self._gate
        if number == gate.number:
            return
        if gate.active:
            accounts = list(gate.active)
            vectors = np.array([vector for vector, _ in gate.active.values()])
            roles = np.array([role for _, role in gate.active.values()])
            self._close(Slice(gate.number * self._slice_ms // DAY_MS, accounts, vectors, roles))
            gate.active = {}
        if gate.number >= 0 and gate.number * self._slice_ms // DAY_MS != number * self._slice_ms // DAY_MS:
            self._peer.close_day()
        gate.number = number

    def _close(self, part: Slice) -> None:
        """Score and learn a slice, and doubt whom it shows above the level."""
        for account, score in zip(
            part.accounts, self._peer.score(part.vectors, part.roles).tolist(), strict=True
        ):
            (self._gate.doubted.add if score > self._level else self._gate.doubted.discard)(account)
        self._peer.learn(part.vectors, part.roles)

    def _first_asked(self, rows: Array) -> int:
        """The first access that is not simply allowed, or the number of rows."""
        gate = self._gate
        concerned = (
            np.isin(rows["account"], list(gate.doubted | gate.blocked))
            if gate.doubted or gate.blocked
            else None
        )
        if gate.asked:
            asked = np.isin(rows["session"], np.array(list(gate.asked), np.uint64))
            concerned = asked if concerned is None else concerned | asked
        if concerned is None:
            return int(rows.size)
        for place in np.flatnonzero(concerned & (rows["kind"] == Kind.ACCESS)).tolist():
            row = rows[place]
            if (
                self._action(int(row["account"]), int(row["session"]), int(row["recorded_ms"]))
                != Action.ALLOW
            ):
                return int(place)
        return int(rows.size)

    def _action(self, account: int, session: int, now: int) -> Action:
        gate = self._gate
        if account in gate.blocked:
            return Action.BLOCK
        if now - gate.passed_ms.get(session, now - _PASSED_MS) < _PASSED_MS:
            return Action.ALLOW
        return Action.STEP_UP if session in gate.asked or account in gate.doubted else Action.ALLOW

    def _control(self, row: Any) -> None:
        gate, kind, session = self._gate, int(row["kind"]), int(row["session"])
        if kind == Kind.REINSTATED:
            gate.blocked.discard(int(row["account"]))
        elif session in gate.asked:
            gate.asked.discard(session)
            if kind == Kind.LOGIN_PASSED:
                gate.passed_ms[session] = int(row["recorded_ms"])
            else:
                gate.blocked.add(int(row["account"]))


class Listener(PeerJudge):
    """Asks nobody, and keeps what a peer would be shown."""

    def __init__(self, tape: Tape, hourly: bool) -> None:
        super().__init__(tape, Nobody(hourly), np.inf)
        self.heard: list[Slice] = []

    def _close(self, part: Slice) -> None:
        self.heard.append(part)


def highest_scores(heard: Sequence[Slice], peer: Peer) -> dict[tuple[int, int], float]:
    """The highest score of each (account, UTC day), the peer learning on."""
    tops: dict[tuple[int, int], float] = {}
    for place, (day, accounts, vectors, roles) in enumerate(heard):
        if place and day != heard[place - 1].day:
            peer.close_day()
        for account, score in zip(accounts, peer.score(vectors, roles).tolist(), strict=True):
            tops[account, day] = max(tops.get((account, day), -np.inf), score)
        peer.learn(vectors, roles)
    return tops


def _cut(frame: Frame, begin: int, end: int) -> Frame:
    rows = frame.rows[begin:end].copy()
    first = int(rows["first_patient"][0])
    last = int(rows["first_patient"][-1]) + int(rows["patients"][-1])
    rows["first_patient"] -= first
    return Frame(rows, frame.patients[first:last], NO_EVENTS)
