"""The object the pipeline holds: frames in, answers out, state kept in arrays.

Order of one frame: tell the time, split at the ten minutes the watermark closes, learn each closed day, see whether
the whole house stands out today, then for each piece read the house's snapshot and let the shards judge their accounts. Nothing here
reads a clock, a disk or a network; the same events give the same answers whatever the number of
shards and however the events are cut into frames.
"""

from __future__ import annotations

import itertools
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np

from rempart.records import DECISION, Frame
from rempart.watch import crew, windows
from rempart.watch import house as across
from rempart.watch.challenge import withhold_unanswered
from rempart.watch.channels import N_STATS
from rempart.watch.kernel import judge_rows
from rempart.watch.stance import STANCE, lift, look
from rempart.watch.state import (
    ACCOUNT,
    DAY_MS,
    SPAN_MS,
    VISIT_DAYS,
    Array,
    House,
    Shard,
    dump,
    fresh_accounts,
    load,
)
from rempart.watch.tails import Tails
from rempart.watch.threshold import threshold, usual_quarter

ROOM, STEP = 1 << 16, 1 << 8
"""Accounts there is room for from the beginning, and how many more at most are taken at a time."""
SPANS_A_DAY = DAY_MS // SPAN_MS


@dataclass(frozen=True, slots=True)
class Policy:
    """What the site chose. ``challenges_per_day`` is step-ups per active account-day."""

    challenges_per_day: float = 1 / 220
    enforce: bool = False

    def asked_from(self, tails: Tails) -> float:
        """Nats of doubt from which is asked, from the days seen so far."""
        return float(threshold(tails.doubts, self.challenges_per_day) + tails.steered[0])

    def stance(self) -> Array:
        """(1,) of STANCE: where a house stands that has seen nothing yet."""
        row = np.zeros(1, STANCE)
        row["enforce"], row["challenges_per_day"], row["span"] = self.enforce, self.challenges_per_day, -1
        return row


class Watch:
    """Judges frames in order. Not thread-safe: one caller."""

    def __init__(self, policy: Policy, zone_from: Array, zone_offset: Array, shards: int = 1) -> None:
        """``zone_from`` and ``zone_offset`` (k,) int64 ms: the site's zone as transitions, sorted."""
        self._policy = policy
        self._zone = (zone_from, zone_offset)
        self.accounts = self._room = np.zeros(0, ACCOUNT)
        self._make_room_for(64)
        self.tails = Tails()
        self._stance = policy.stance()
        self._house = House()
        self._shards = tuple(Shard() for _ in range(shards))
        self._pool = ThreadPoolExecutor(shards) if shards > 1 else None
        self._ask_as_the_past_does()

    def _ask_as_the_past_does(self) -> None:
        self._stance["asked_from"] = self._policy.asked_from(self.tails)
        self._stance["usual_quarter"] = usual_quarter(self.tails.doubts)
        lift(self._stance[0])

    @property
    def _span(self) -> int:
        return int(self._stance["span"][0])

    @property
    def _day(self) -> int:
        return self._span // SPANS_A_DAY if self._span >= 0 else -1

    @property
    def watermark_ms(self) -> int:
        """Latest agreed event time, in ms; far in the past before the first event."""
        return int(self._house.clock[0])

    def agreed_times(self, rows: Array) -> Array:
        """The watermark (n,) in ms that each row of EVENT would be judged at; changes nothing."""
        marks, now = np.empty(rows.size, np.int64), np.empty(rows.size, np.int64)
        across.tell_time(rows, self._house.clock.copy(), marks, now)
        return marks

    @property
    def decoys(self) -> Array:
        """The decoy patients (k,) uint64, sorted."""
        return self._house.decoys

    def set_decoys(self, patients: Array) -> None:
        """From now on ``patients`` (k,) uint64 are decoys: nobody has a reason to open them."""
        self._house.decoys = np.unique(patients.astype(np.uint64))

    def visitors(self, patients: Array) -> int:
        """How many accounts opened one of ``patients`` (k,) uint64 in the last VISIT_DAYS."""
        accounts = [
            each.visits["account"][np.isin(each.visits["patient"], patients)] for each in self._shards
        ]
        found = np.unique(np.concatenate(accounts))
        return int((found >= 0).sum())

    def set_tip_offs(self, bundle: int, tips: Array) -> None:
        """From now on ``tips`` (k,) of TIP are all that the bundle with that number names; none takes it back."""
        kept = self._house.tips[self._house.tips["bundle"] != np.uint64(bundle)]
        both = np.concatenate([kept, tips])
        self._house.tips = both[np.argsort(both["key"], kind="stable")]

    def judge(self, frame: Frame, grades: Array, prices: Array, names: tuple[int, int, int]) -> Array:
        """Answers (n,) of DECISION to the frame's events.

        ``grades`` (m, 2) float32 explanation of each of ``frame.patients`` by the account's care and by
        anybody's, changed in place;
        ``prices`` (forms + 1, 2) euros; ``names`` how many accounts, networks and roles exist.
        """
        rows = frame.rows
        out = np.frombuffer(bytearray(rows.size * DECISION.itemsize), DECISION)
        if not rows.size:
            return out
        marks = np.empty(rows.size, np.int64)
        now = np.empty(rows.size, np.int64)
        before = self._house.clock[0]
        across.tell_time(rows, self._house.clock, marks, now)
        self._make_room(rows.size, frame.patients.size, names)
        if marks[0] // SPAN_MS == marks[-1] // SPAN_MS:
            self._judge_span(rows, now, marks, before, frame.patients, grades, prices, out)
            return out
        for piece in _equal_runs(marks // SPAN_MS):
            self._judge_span(
                rows[piece], now[piece], marks[piece], before, frame.patients, grades, prices, out[piece]
            )
            before = marks[piece.stop - 1]
        return out

    def _judge_span(
        self,
        rows: Array,
        now: Array,
        marks: Array,
        before: int,
        patients: Array,
        grades: Array,
        prices: Array,
        out: Array,
    ) -> None:
        """Judge rows whose watermarks are of one span: close the one before, read the house, let the shards judge."""
        self._open_span(int(marks[0]) // SPAN_MS)
        others, crews = np.zeros(rows.size, np.int8), np.zeros(rows.size, np.float32)
        across.walk(
            rows, now, marks, before, patients, grades, self.accounts, others, crews, *self._house_arrays()
        )  # fmt: skip
        habits = self._habits()

        def run(number: int) -> None:
            parts = np.zeros(N_STATS + 1, np.float32)
            judge_rows(  # type: ignore[call-arg]
                rows, now, self._day, patients, grades, others, crews, prices, *self._shard_arrays(number),
                *habits, self._stance[0], number, len(self._shards), parts, out,
            )  # fmt: skip

        if self._pool is None or rows.size < 512:
            for number in range(len(self._shards)):
                run(number)
        else:
            list(self._pool.map(run, range(len(self._shards))))

    def arrays(self, account: int) -> tuple[Any, ...]:
        """What :mod:`single` reads and changes to judge one event of ``account`` now: house, shard,
        habits, stance, the shard's number and how many shards there are."""
        shards = len(self._shards)
        number = account % shards
        house, shard = self._house_arrays(), self._shard_arrays(number)
        return house, shard, self._habits(), self._stance, number, shards

    def _house_arrays(self) -> tuple[Array, ...]:
        house = self._house
        return house.networks, house.wards, house.pending, house.clock, house.decoys, house.tips

    def _shard_arrays(self, number: int) -> tuple[Array, ...]:
        shard = self._shards[number]
        return self.accounts, shard.visits, shard.nodes, shard.counts

    def _habits(self) -> tuple[Array, ...]:
        tails = self.tails
        return tails.nats, tails.apart, tails.role_days, tails.shares, tails.novelty, tails.usual, *self._zone

    def _open_span(self, span: int) -> None:
        if span == self._span:
            return
        day = span // SPANS_A_DAY
        if 0 <= self._day != day:
            if self._policy.enforce:
                withhold_unanswered(self.accounts, self._day * DAY_MS)
            self.tails.steer(self.accounts, self._policy.challenges_per_day)
            self.tails.close_day(self.accounts, self._day)
            crew.fade(self._house.networks)
            for shard in self._shards:
                windows.forget_old(shard, self._oldest_ms(day))
            self._ask_as_the_past_does()
        look(self._stance, self.accounts, span)

    def _oldest_ms(self, day: int) -> int:
        return (day - VISIT_DAYS) * DAY_MS

    def _make_room(self, events: int, patients: int, names: tuple[int, int, int]) -> None:
        accounts, networks, roles = names
        if accounts > self.accounts.size:
            self._make_room_for(max(accounts, min(2 * self.accounts.size, self.accounts.size + STEP)))
        oldest = self._oldest_ms(self._day)
        across.make_room(self._house, networks, events + 2 * patients, oldest)
        for shard in self._shards:
            windows.make_room(shard, patients, oldest)
        self.tails.add_roles(roles)

    def _make_room_for(self, accounts: int) -> None:
        """Hold so many: in room that costs nothing until it is used, so that a live answer never waits for a copy of all."""
        known = self.accounts.size
        if accounts > self._room.size:
            self._room = np.zeros(max(ROOM, 2 * accounts), ACCOUNT)
            self._room[:known] = self.accounts
        self._room[known:accounts] = fresh_accounts(accounts - known)
        self.accounts = self._room[:accounts]

    def release(self, numbers: Array) -> None:
        """A person called what was doubted of these accounts (k,) a false alarm: learn from it."""
        known = np.unique(numbers)
        self.tails.release(self.accounts, known[(known >= 0) & (known < self.accounts.size)])

    def state(self) -> dict[str, Array]:
        """Everything the watch knows, as arrays, independent of the number of shards' threads."""
        arrays = {"accounts": self.accounts, "span": np.array([self._span, len(self._shards)])}
        arrays["surge"] = np.array(
            [
                self._stance["lifted_to"][0],
                self._stance["alarm"][0],
                self._stance["risen"][0],
                *self._stance["novel"][0],
            ]
        )
        arrays.update(dump("house", self._house))
        for number, shard in enumerate(self._shards):
            arrays.update(dump(f"shard{number}", shard))
        arrays.update({f"tails.{name}": array for name, array in vars(self.tails).items()})
        return arrays

    def restore(self, arrays: dict[str, Array]) -> None:
        """Continue from :meth:`state`; the number of shards is the one it was saved with."""
        saved = arrays["accounts"].astype(ACCOUNT)
        self.accounts = self._room = np.zeros(0, ACCOUNT)
        self._make_room_for(saved.size)
        self.accounts[:] = saved
        self._stance["span"], shards = (int(value) for value in arrays["span"])
        self._stance["lifted_to"], self._stance["alarm"], self._stance["risen"] = arrays["surge"][:3]
        self._stance["novel"] = arrays["surge"][3:]
        if shards != len(self._shards):
            self._shards = tuple(Shard() for _ in range(shards))
            self._pool = ThreadPoolExecutor(shards) if shards > 1 else None
        load("house", self._house, arrays)
        for number, shard in enumerate(self._shards):
            load(f"shard{number}", shard, arrays)
        for name in vars(self.tails):
            setattr(self.tails, name, np.array(arrays[f"tails.{name}"], copy=True))
        self._ask_as_the_past_does()

    def close(self) -> None:
        """Let the threads go."""
        if self._pool is not None:
            self._pool.shutdown()


def _equal_runs(values: Array) -> list[slice]:
    """Consecutive places of ``values`` (n,) that hold the same."""
    cuts = [0, *(np.flatnonzero(values[1:] != values[:-1]) + 1).tolist(), values.size]
    return [slice(first, last) for first, last in itertools.pairwise(cuts)]
