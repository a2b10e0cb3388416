"""Place, hour and sleep in plain Python, as ``rempart.watch.place`` and ``hours`` describe them: the oracle.

Keeps lists and dictionaries where the kernel keeps slots. Misses the learning of a closed day: how often
the account and the house meet novelties is handed in.
"""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

MINUTE_MS, DAY_MS = 60_000, 86_400_000
PLACES, SOFTWARES = 8, 4
COMMON, FEW, UNSEEN, SOFTWARE = range(4)
THIEF_SHARE = (0.25, 0.4, 1.0, 0.7)


@dataclass
class PlainPlaces:
    """Where one account comes from. ``roams`` (4) novel days of its own, ``rates`` (5) the house's, ``today`` (4) what
    much of the staff brings today."""

    days: int
    roams: list[float]
    rates: list[float]
    today: list[float]
    networks: dict[int, tuple[int, int]] = field(default_factory=dict)
    """Network to the day it was first used and the time it was last used."""
    softwares: list[tuple[int, int]] = field(default_factory=list)
    last: tuple[int, int] | None = None
    """Network and time of the event before."""
    changes: int = 0

    def see(self, network: int, software: int, others: int, day: int, now: int) -> float:
        """Nats of surprise of one event; counts quick changes of network in ``changes``."""
        settled = self.days / (self.days + 2)
        nats = 0.0
        if self._new_network(network, day, now):
            kind = UNSEEN if others == 0 else FEW if others < 3 else COMMON
            nats += self._surprise(kind) * max(settled, self.rates[4] if kind == UNSEEN else 0.0)
        if self.last and self.last[0] != network and now - self.last[1] < 10 * MINUTE_MS:
            self.changes += 1
        self.last = (network, now)
        if self._new_software(software, day):
            nats += self._surprise(SOFTWARE) * settled
        return nats

    def _new_network(self, network: int, day: int, now: int) -> bool:
        if network not in self.networks and len(self.networks) == PLACES:
            del self.networks[min(self.networks, key=lambda one: self.networks[one][1])]
        first = self.networks.get(network, (day, now))[0]
        self.networks[network] = (first, now)
        return first == day

    def _new_software(self, software: int, day: int) -> bool:
        known = dict(self.softwares)
        if software not in known:
            self.softwares = [(software, day), *self.softwares][:SOFTWARES]
            return True
        return known[software] == day

    def _surprise(self, kind: int) -> float:
        share = max((self.roams[kind] + 6 * self.rates[kind]) / (self.days + 6), self.today[kind])
        return max(0.0, math.log(THIEF_SHARE[kind] / share))


def plain_bin(now_ms: int, offset_ms: int) -> int:
    """Local hour on weekdays, 24 more at weekends."""
    local = datetime.fromtimestamp(0, UTC) + timedelta(milliseconds=now_ms + offset_ms)
    return local.hour + (24 if local.weekday() >= 5 else 0)


def plain_odd_hour(touched: list[float], days: int, shares: list[float], weekends: float, at: int) -> float:
    """Surprise of hour ``at`` of 48, of whose days the account had ``touched`` and its role the ``shares``: two nats
    more for each hour between it and the hour it is judged by, three hours at most."""
    active = days * weekends if at >= 24 else days

    def surprise(hour: int) -> float:
        return -math.log(min(max((touched[hour] + 4 * shares[hour]) / (active + 4), 1e-30), 1.0))

    def between(hour: int) -> int:
        return min((hour - at) % 24, (at - hour) % 24)

    same_kind = range(24, 48) if at >= 24 else range(24)
    near = [hour for hour in same_kind if between(hour) <= 3]
    return min(min(surprise(hour) + 2 * between(hour) for hour in near), -math.log(1e-4))


def plain_slept(times: list[int]) -> float:
    """Days slept before the last of ``times``, or before a waking less than a day ago."""
    slept, woke = 0.0, 0
    for before, now in zip(times[:-1], times[1:], strict=True):
        if now - before > DAY_MS:
            slept, woke = (now - before) / DAY_MS, now
        elif now - woke > DAY_MS:
            slept = 0.0
    return slept
