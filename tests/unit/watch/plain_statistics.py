"""The watch's statistics in plain Python, as the modules of ``rempart.watch`` describe them: the oracle.

Reads one account's events in order; keeps everything it ever saw and computes each statistic anew. Slow,
and written without looking anything up in the compiled kernel. Covers volume, strangers, pages, misses,
sessions and reading; misses place, hour and circumstance.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from typing import NamedTuple

MINUTE_MS, HOUR_MS, DAY_MS = 60_000, 3_600_000, 86_400_000
HALF_DAY_MS, FIVE_DAYS_MS = DAY_MS / 2, 5 * DAY_MS


class Event(NamedTuple):
    """One access: the patients opened with their grades, or (``page``) a result page of some width."""

    at_ms: int
    session: int
    patients: tuple[int, ...] = ()
    grades: tuple[tuple[float, float], ...] = ()
    failed: bool = False
    page: int = 0
    request: int = 0
    form: int = 0


@dataclass
class Decayed:
    """Weights noted at a time; the sum fades by a factor e in ``lasts_ms``."""

    lasts_ms: float
    noted: list[tuple[int, float]] = field(default_factory=list)

    def note(self, at_ms: int, weight: float) -> None:
        self.noted.append((at_ms, weight))

    def at(self, now_ms: int) -> float:
        return sum(weight * math.exp((at_ms - now_ms) / self.lasts_ms) for at_ms, weight in self.noted)


def _exceeds(odd: float, opened: float, usual: float) -> float:
    """How much likelier a coin of today's share falls so than one of the usual share, in nats."""
    if not opened or odd <= usual * opened:
        return 0.0
    share = min(odd / opened, 0.999)
    heads, tails = share * opened, (1 - share) * opened
    return heads * math.log(share / usual) + tails * math.log((1 - share) / (1 - usual))


@dataclass
class PlainReading:
    """What one account reads of its patients: ``own`` the share of its ``visits`` that read each kind, ``role`` its role's."""

    own: list[float] = field(default_factory=lambda: [0.0] * 32)
    visits: float = 0.0
    role: list[float] = field(default_factory=lambda: [0.3] * 32)
    role_known: float = 0.0
    depth: float = 0.0
    opened: dict[int, list[int]] = field(default_factory=dict)
    """Times at which each patient was opened."""
    kinds: set[int] = field(default_factory=set)
    turns: list[tuple[int, int]] = field(default_factory=list)
    """Time and patient of each visit's beginning."""
    strange: float = 0.0
    run: float = 0.0
    """Visits at an even pace, as of the last one's beginning."""
    odd: Decayed = field(default_factory=lambda: Decayed(HALF_DAY_MS))
    odd_strange: Decayed = field(default_factory=lambda: Decayed(HALF_DAY_MS))
    odd_week: Decayed = field(default_factory=lambda: Decayed(FIVE_DAYS_MS))
    read_day: Decayed = field(default_factory=lambda: Decayed(HALF_DAY_MS))
    begun_day: Decayed = field(default_factory=lambda: Decayed(HALF_DAY_MS))

    def read(self, now: int, patient: int, grade: float, form: int, days: int) -> None:
        before = self.opened.setdefault(patient, [])
        if not self.turns or self.turns[-1][1] != patient or not before or now - before[-1] >= DAY_MS:
            self._turn_to(now, patient, grade, before)
        before.append(now)
        kind = form % 32
        if kind in self.kinds:
            return
        self.kinds.add(kind)
        self.read_day.note(now, 1)
        share = (self.own[kind] * self.visits + 20 * self.role[kind]) / (self.visits + 20)
        nats = min(max(-math.log(max(share, 0.001)) - 1.5, 0), 4) * max(days / (days + 2), self.role_known)
        self.odd.note(now, nats)
        self.odd_strange.note(now, nats * self.strange)
        self.odd_week.note(now, nats * self.strange)

    def _turn_to(self, now: int, patient: int, grade: float, before: list[int]) -> None:
        age = now - before[-1] if before else 30 * DAY_MS
        own = 0.0
        if age < DAY_MS:
            own = float(now - _run_since(before) >= DAY_MS)
        elif age < 30 * DAY_MS:
            own = 1 - 0.5 * age / (30 * DAY_MS)
        self.strange = 1 - max(grade, own)
        self.kinds = set()
        self.turns.append((now, patient))
        self.begun_day.note(now, 1)
        if len(self.turns) > 1:
            self.run *= math.exp((self.turns[-2][0] - now) / HOUR_MS)
        self.run = self.run + 1 if self._is_even() else self.run / 2

    def _is_even(self) -> bool:
        """Whether the last two gaps differ by less than a twelfth of the earlier, the last at most two minutes."""
        if len(self.turns) < 3:
            return False
        (first, _), (second, _), (third, _) = self.turns[-3:]
        earlier, later = second - first, third - second
        return 0 < later <= 2 * MINUTE_MS and abs(later - earlier) * 12 < earlier

    def statistics(self, now: int, days: int) -> dict[str, float]:
        read, usual = self.read_day.at(now), self.depth * self.begun_day.at(now)
        deeper = read * math.log(read / usual) - read + usual if days and read > usual else 0.0
        return {
            "odd_reads": self.odd.at(now),
            "strange_reads": self.odd_strange.at(now),
            "strange_reads_week": self.odd_week.at(now),
            "depth": deeper * days / (days + 2),
            "even_pace": max(self._run_at(now) - 3, 0.0),
            "never_back": self._never_back(now),
        }

    def _run_at(self, now: int) -> float:
        return self.run * math.exp((self.turns[-1][0] - now) / HOUR_MS) if self.turns else 0.0

    def _never_back(self, now: int) -> float:
        """New patients of the week that were not opened again half an hour later or more."""
        total = 0.0
        for times in self.opened.values():
            begins = [at for n, at in enumerate(times) if not n or at - times[n - 1] > 30 * DAY_MS]
            for begun, until in zip(begins, [*begins[1:], now + 1], strict=True):
                looks = [at for at in times if begun <= at < until]
                if looks[-1] - begun <= 30 * MINUTE_MS:
                    total += math.exp((begun - now) / FIVE_DAYS_MS)
        return total


def _run_since(times: list[int]) -> int:
    """The first of the last visits with no gap of thirty days."""
    begun = times[0]
    for before, at in zip(times[:-1], times[1:], strict=True):
        begun = at if at - before > 30 * DAY_MS else begun
    return begun


class PlainStatistics:
    """One account."""

    def __init__(self) -> None:
        self.usual = (0.3, 0.2)
        """Which share of the account's patients nothing explains and which nobody treats, as learned elsewhere."""
        self.days = 0
        """Days of its history."""
        self.visits: list[tuple[int, int]] = []
        self.hour = {
            name: Decayed(HOUR_MS) for name in ("strangers_1h", "pages_1h", "misses_1h", "sessions_1h")
        }
        self.day = {
            name: Decayed(HALF_DAY_MS)
            for name in ("strangers_24h", "out_of_care_24h", "in_care_24h", "rows_24h", "singly_24h")
        }
        self.week = {
            name: Decayed(FIVE_DAYS_MS) for name in ("strangers_week", "out_of_care_week", "singly_week")
        }
        self.burst = Decayed(10 * MINUTE_MS)
        self.sessions: list[tuple[int, int]] = []
        self.request = 0
        self.reading = PlainReading()

    def see(self, event: Event) -> dict[str, float]:
        """Take an event in; the statistics after it."""
        now = event.at_ms
        self._session(event)
        if event.failed:
            self.hour["misses_1h"].note(now, 1)
        if event.page:
            if not event.request or event.request != self.request:
                self.hour["pages_1h"].note(now, 1)
            self.request = event.request
            self.hour["pages_1h"].note(now, event.page / 10)
            self.day["rows_24h"].note(now, event.page)
        elif not event.failed:
            for patient, grade in zip(event.patients, event.grades, strict=True):
                self._open(now, patient, grade)
                self.reading.read(now, patient, grade[0], event.form, self.days)
        sums = {**self.hour, **self.day, **self.week}
        settled = self.days / (self.days + 2)
        strange, known = self.day["strangers_24h"].at(now), self.day["in_care_24h"].at(now)
        return {
            "stranger_share": settled * _exceeds(strange, strange + known, self.usual[0]),
            "out_of_care_share": settled
            * _exceeds(self.day["out_of_care_24h"].at(now), strange + known, self.usual[1]),
            "patients_10min": self._distinct(now, 10 * MINUTE_MS),
            "patients_1h": self._distinct(now, HOUR_MS),
            "patients_24h": self._distinct(now, DAY_MS),
            **{name: kept.at(now) for name, kept in sums.items()},
            **self.reading.statistics(now, self.days),
        }

    def _distinct(self, now: int, width: int) -> int:
        return len({patient for at_ms, patient in self.visits if at_ms > now - width})

    def _open(self, now: int, patient: int, grades: tuple[float, float]) -> None:
        grade, anybody = grades
        before = [at_ms for at_ms, other in self.visits if other == patient]
        self.visits.append((now, patient))
        if before:
            age = now - before[-1]
            if age < DAY_MS:
                return
            if age < 30 * DAY_MS:
                grade = max(grade, 1 - 0.5 * age / (30 * DAY_MS))
        for sums, name in (
            (self.hour, "strangers_1h"),
            (self.day, "strangers_24h"),
            (self.week, "strangers_week"),
        ):
            sums[name].note(now, 1 - grade)
        for sums, name in ((self.day, "out_of_care_24h"), (self.week, "out_of_care_week")):
            sums[name].note(now, 1 - max(grade, anybody))
        self.day["in_care_24h"].note(now, grade)
        alone = (1 - grade) / (1 + self.burst.at(now))
        self.day["singly_24h"].note(now, alone)
        self.week["singly_week"].note(now, alone)
        self.burst.note(now, 1 - grade)

    def _session(self, event: Event) -> None:
        """A return: this session again, minutes after it was left for the one in between."""
        runs: list[tuple[int, int]] = []
        for at_ms, session in self.sessions:
            if runs and runs[-1][0] == session:
                runs.pop()
            runs.append((session, at_ms))
        if runs and runs[-1][0] != event.session and len(runs) > 1 and runs[-2][0] == event.session:
            if event.at_ms - runs[-2][1] < 10 * MINUTE_MS:
                self.hour["sessions_1h"].note(event.at_ms, 1)
        self.sessions.append((event.at_ms, event.session))
