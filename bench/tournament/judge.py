"""A peer in the detector's place: the watch only observes and gives statistics, the peer says who is asked.

Stands where :class:`rempart.lab.rehearsal.Rehearsal` stands in the taped loop. Acts are taken a few at a time,
no account twice, so that each act's statistics can be read after it; a doubted act is undone and left
to the loop to play. What follows a challenge is the same for every peer: a pass lets the session
be for twelve hours, a failure blocks the account until a person reinstates it.
"""

from __future__ import annotations

import copy
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bench.tournament.peers import Peer
from rempart.lab.haul import Profiles
from rempart.lab.rehearsal import Moment, Rehearsal
from rempart.lab.tape import NO_EVENTS, Tape
from rempart.records import DECISION, Action, Frame, Kind
from rempart.watch.state import DAY_MS, HOUR_MS, Array

_PASSED_MS = 12 * HOUR_MS


@dataclass(slots=True)
class Gate:
    """Who was asked, who passed, who is blocked."""

    asked: set[int] = field(default_factory=set)
    passed_ms: dict[int, int] = field(default_factory=dict)
    blocked: set[int] = field(default_factory=set)
    doubted: set[int] = field(default_factory=set)
    """Accounts an hourly peer doubted at the end of an hour and who were not asked since."""
    hour: dict[int, tuple[Array, int]] = field(default_factory=dict)
    """Highest statistics of the hour under way, and role, by account."""
    at_hour: int = -1


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
        self._skip = False
        self.tops: dict[tuple[int, int], float] = {}
        """Highest score of each (account, UTC day)."""

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
        """The frame judged last was left at its first doubted act: nothing to undo, nothing to do again."""
        self._skip = True

    def judge_frame(self, frame: Frame) -> Array:
        """Answers (n,); what comes after the first doubted act is not judged."""
        answers = np.zeros(frame.rows.size, DECISION)
        if self._skip:
            self._skip = False
            return answers
        for begin, end in _few(frame.rows):
            doubted = self._take(frame, begin, end)
            if doubted is not None:
                answers["action"][doubted] = Action.STEP_UP
                break
        return answers

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        """The decision on one AuditEvent."""
        self._skip = False
        frame = self._behind.frame_of(resource)
        if frame is None:
            return None
        row = frame.rows[0]
        self._behind.judge_frame(frame)
        account, session, now = int(row["account"]), int(row["session"]), int(row["recorded_ms"])
        if row["kind"] != Kind.ACCESS:
            self._control(int(row["kind"]), account, session, now)
            return {"action": "allow", "applies_to": "session"}
        vectors, roles = self._statistics(frame.rows)
        action = self._action(account, session, now, self._score(vectors, roles, frame.rows)[0])
        self._learn(vectors, roles, frame.rows)
        if action == Action.STEP_UP:
            self._gate.asked.add(session)
            self._gate.doubted.discard(account)
        return {
            "action": action.name.lower(),
            "applies_to": "account" if action == Action.BLOCK else "session",
        }

    def _take(self, frame: Frame, begin: int, end: int) -> int | None:
        """Judge rows of different accounts; the first doubted act's row, before which all was learned."""
        piece = _cut(frame, begin, end)
        self._open_hour(int(piece.rows["recorded_ms"][0]))
        self._behind.judge_frame(piece)
        vectors, roles = self._statistics(piece.rows)
        scores = self._score(vectors, roles, piece.rows)
        for row in range(piece.rows.size):
            one = piece.rows[row]
            if one["kind"] != Kind.ACCESS:
                continue
            now = int(one["recorded_ms"])
            if self._action(int(one["account"]), int(one["session"]), now, scores[row]) != Action.ALLOW:
                first = _first_of_act(piece.rows, row)
                self._behind.take_back()
                if first:
                    before = _cut(frame, begin, begin + first)
                    self._behind.judge_frame(before)
                    self._settle(before.rows, vectors[:first], roles[:first], scores[:first])
                return begin + first
        self._settle(piece.rows, vectors, roles, scores)
        return None

    def _settle(self, rows: Array, vectors: Array, roles: Array, scores: Array) -> None:
        for row in np.flatnonzero(rows["kind"] != Kind.ACCESS).tolist():
            one = rows[row]
            self._control(int(one["kind"]), int(one["account"]), int(one["session"]), int(one["recorded_ms"]))
        access = rows["kind"] == Kind.ACCESS
        self._learn(vectors[access], roles[access], rows[access])
        for account, day, score in zip(
            rows["account"][access].tolist(), (rows["recorded_ms"][access] // DAY_MS).tolist(),
            scores[access].tolist(), strict=True,
        ):  # fmt: skip
            if score > self.tops.get((account, day), -np.inf):
                self.tops[account, day] = score

    def _statistics(self, rows: Array) -> tuple[Array, Array]:
        accounts = self._behind.accounts_of(rows["account"])
        return np.log1p(accounts["now"].astype(np.float64)), accounts["role"].astype(np.int64)

    def _score(self, vectors: Array, roles: Array, rows: Array) -> Array:
        """Scores (n,); an hourly peer's are those of the hours before."""
        if not self._peer.hourly:
            last = _last_of_act(rows)
            scores = np.full(rows.size, -np.inf)
            scores[last] = self._peer.score(vectors[last], roles[last])
            return scores
        return np.array(
            [np.inf if account in self._gate.doubted else -np.inf for account in rows["account"].tolist()]
        )

    def _learn(self, vectors: Array, roles: Array, rows: Array) -> None:
        if not rows.size:
            return
        if not self._peer.hourly:
            last = _last_of_act(rows)
            self._peer.learn(vectors[last], roles[last])
            return
        for account, vector, role in zip(rows["account"].tolist(), vectors, roles.tolist(), strict=True):
            found = self._gate.hour.get(account)
            self._gate.hour[account] = (vector if found is None else np.maximum(found[0], vector), role)

    def _open_hour(self, now: int) -> None:
        gate, hour = self._gate, now // HOUR_MS
        if hour == gate.at_hour:
            return
        if gate.hour:
            accounts = list(gate.hour)
            vectors = np.array([gate.hour[account][0] for account in accounts])
            roles = np.array([gate.hour[account][1] for account in accounts])
            for account, score in zip(accounts, self._peer.score(vectors, roles).tolist(), strict=True):
                key = account, gate.at_hour * HOUR_MS // DAY_MS
                self.tops[key] = max(self.tops.get(key, -np.inf), score)
                if score > self._level:
                    gate.doubted.add(account)
            self._peer.learn(vectors, roles)
            gate.hour = {}
        if gate.at_hour >= 0 and gate.at_hour * HOUR_MS // DAY_MS != hour * HOUR_MS // DAY_MS:
            self._peer.close_day()
        gate.at_hour = hour

    def _action(self, account: int, session: int, now: int, score: float) -> Action:
        gate = self._gate
        if account in gate.blocked:
            return Action.BLOCK
        if now - gate.passed_ms.get(session, -_PASSED_MS) < _PASSED_MS:
            return Action.ALLOW
        return Action.STEP_UP if session in gate.asked or score > self._level else Action.ALLOW

    def _control(self, kind: int, account: int, session: int, now: int) -> None:
        gate = self._gate
        if kind == Kind.REINSTATED:
            gate.blocked.discard(account)
        elif session in gate.asked:
            gate.asked.discard(session)
            if kind == Kind.LOGIN_PASSED:
                gate.passed_ms[session] = now
            else:
                gate.blocked.add(account)


def _few(rows: Array) -> list[tuple[int, int]]:
    """Slices of consecutive rows in which no account has a second act."""
    cuts, seen, begin = [], dict[int, int](), 0
    accounts, requests = rows["account"].tolist(), rows["request"].tolist()
    for place, (account, request) in enumerate(zip(accounts, requests, strict=True)):
        if account in seen and (request == 0 or seen[account] != request):
            cuts.append((begin, place))
            seen, begin = {}, place
        seen[account] = request
    return [*cuts, (begin, len(accounts))]


def _cut(frame: Frame, begin: int, end: int) -> Frame:
    rows = frame.rows[begin:end].copy()
    first = int(rows["first_patient"][0])
    last = int(rows["first_patient"][-1]) + int(rows["patients"][-1])
    rows["first_patient"] -= first
    return Frame(rows, frame.patients[first:last], NO_EVENTS)


def _last_of_act(rows: Array) -> Array:
    """(n,) bool: the last row of each act, one request being one act."""
    same = (rows["request"][1:] == rows["request"][:-1]) & (rows["request"][1:] != 0)
    return np.append(~same, True)


def _first_of_act(rows: Array, row: int) -> int:
    while row and rows["request"][row] != 0 and rows["request"][row - 1] == rows["request"][row]:
        row -= 1
    return row
