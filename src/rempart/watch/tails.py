"""What is usual: tails of honest daily maxima, learned when a day closes.

For every statistic the watch keeps a histogram of daily maxima (bins of ``log1p``), for the house
and for each role, on top of the day-0 law of :mod:`channels` worth a stated number of days. A day
is learned whatever it scored (dropping high days would thin the tails and make friction explode),
less what the whole house had more of (an epidemic would leave the house deaf for weeks),
but not when its challenge failed or its account was blocked: such a day is kept aside, and learned
when somebody calls it a false alarm. What the account itself learns of its day is in :mod:`habits`.

Gives: ``nats`` (N_STATS, roles + 1, BINS), ``-ln`` of the tail probability, and ``apart`` beside it, the same
for deviations from the account's own habit (:mod:`apart`).
Misses: seasons; a house that changes as a whole is relearned in about a month.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from rempart.watch import apart, habits, persistence, reading
from rempart.watch.challenge import RELEASED_BY_WORD, vouched
from rempart.watch.channels import CHANNELS, N_STATS
from rempart.watch.state import (
    APART_BINS,
    BINS,
    HOUR_BINS,
    READINGS,
    WORKED,
    Array,
)
from rempart.watch.threshold import (
    DOUBT_BINS,
    doubt_counts,
    doubts_today,
    high_doubt,
    risen,
    steered,
    steered_to,
    usual_quarter,
)
from rempart.watch.weigh import BINS_PER_LOG

PRIOR_DAYS = 60.0
"""Account-days the day-0 law is worth against the house's own history."""
ROLE_PRIOR_DAYS = 30.0
"""Account-days the house is worth against a role's own history."""
KEEP_HIGH = 0.85
"""What a day of high doubt still counts on the account's next day."""
TOP_SHARE = 0.02
"""Beyond this share of days the tail is continued as a power law."""
TODAY = ("top", "hours_today", "new_place_class", "read_today", "visits_today", "uncared_today")
"""What an account learns of a day."""
WITHHELD = np.dtype(
    [
        ("account", "i4"),
        ("day", "i4"),
        ("top", "f4", (N_STATS,)),
        ("hours_today", "u8"),
        ("new_place_class", "i1"),
        ("read_today", "f4", (READINGS,)),
        ("visits_today", "f4"),
        ("uncared_today", "f4"),
    ]
)
"""A day that an account did not learn."""
KEEP_WITHHELD_DAYS = 60
PLACE_PRIOR = np.array([0.06, 0.04, 0.03, 0.04])
"""Day-0 share of honest account-days that bring each class of novelty of :mod:`place`."""
PLACE_PRIOR_DAYS = 100.0
HOUR_PRIOR = np.array(
    [0.02] * 6
    + [0.05, 0.2, 0.5]
    + [0.6] * 9
    + [0.3, 0.15, 0.1, 0.06, 0.04, 0.03]
    + [0.015] * 6
    + [0.02, 0.05, 0.1]
    + [0.12] * 9
    + [0.08, 0.05, 0.04, 0.03, 0.02, 0.02]
)
"""Day-0 share of active days that touch each hour, weekdays then weekends."""
HOUR_PRIOR_DAYS = 40.0


def _prior() -> Array:
    """Probability mass of each bin under the day-0 laws, (N_STATS, BINS)."""
    edges = np.expm1(np.arange(BINS + 1) / BINS_PER_LOG)
    mass = np.empty((N_STATS, BINS))
    for channel in CHANNELS:
        survival = 1.0 / (1.0 + (edges / channel.median) ** channel.shape)
        survival[-1] = 0.0
        mass[channel.stat] = survival[:-1] - survival[1:]
    return mass


@dataclass
class Tails:
    """The house's learned habits; every field is a numpy array, saved as it is."""

    counts: Array = field(default_factory=lambda: np.zeros((N_STATS, 1, BINS)))
    role_days: Array = field(default_factory=lambda: np.zeros(1))
    hours: Array = field(default_factory=lambda: np.zeros((1, HOUR_BINS)))
    novel: Array = field(default_factory=lambda: np.zeros(5))
    """Account-days with each class of novelty, and all account-days with history."""
    apart_counts: Array = field(default_factory=lambda: np.zeros((N_STATS, 1, APART_BINS)))
    """Account-days by how many of its own scales a day lay from the account's habit."""
    nats: Array = field(default_factory=lambda: np.zeros((N_STATS, 1, BINS), np.float32))
    apart: Array = field(default_factory=lambda: np.zeros((N_STATS, 1, APART_BINS), np.float32))
    shares: Array = field(default_factory=lambda: np.zeros((1, HOUR_BINS + 1), np.float32))
    closed: Array = field(default_factory=lambda: np.zeros(2))
    """Days closed, and how many of them were at weekends."""
    doubts: Array = field(default_factory=lambda: np.zeros(DOUBT_BINS))
    """Account-days by their largest doubt, in bins of :mod:`threshold`."""
    steered: Array = field(default_factory=lambda: np.zeros(1))
    """Nats by which the threshold is corrected, so that challenges keep to the budget."""
    novelty: Array = field(default_factory=lambda: np.zeros(5, np.float32))
    """Share of account-days that bring each class of novelty, (4,), then how settled the house is."""
    reads: Array = field(default_factory=lambda: np.zeros((1, READINGS)))
    read_days: Array = field(default_factory=lambda: np.zeros(1))
    """Sums over account-days of the share of visits that read each kind, and how many days, by role."""
    usual: Array = field(default_factory=lambda: np.zeros((1, READINGS + 1), np.float32))
    """The shares the kernel reads, of :mod:`reading`."""
    withheld: Array = field(default_factory=lambda: np.zeros(0, WITHHELD))
    """Days not learned, of the last KEEP_WITHHELD_DAYS, oldest first."""

    def __post_init__(self) -> None:
        self.rebuild()

    def add_roles(self, roles: int) -> None:
        """Make room for ``roles`` roles; a new one starts as the house."""
        have = self.counts.shape[1]
        if roles + 1 <= have:
            return
        more = roles + 1 - have
        self.counts = np.concatenate([self.counts, np.zeros((N_STATS, more, BINS))], axis=1)
        self.apart_counts = np.concatenate([self.apart_counts, np.zeros((N_STATS, more, APART_BINS))], axis=1)
        self.role_days = np.concatenate([self.role_days, np.zeros(more)])
        self.hours = np.concatenate([self.hours, np.zeros((more, HOUR_BINS))])
        self.reads = np.concatenate([self.reads, np.zeros((more, READINGS))])
        self.read_days = np.concatenate([self.read_days, np.zeros(more)])
        self.rebuild()

    def steer(self, accounts: Array, challenges_per_day: float) -> None:
        """Correct the threshold by the day's challenges; those that failed are no false alarms, and of those that
        others' failed logins led to nobody may make the house less careful."""
        rows = (accounts["seen"] == WORKED) & (accounts["withheld"] == 0)
        asked = accounts["challenged"][rows].sum()
        share = steered_to(self.doubts, challenges_per_day)
        self.steered[0] = steered(self.steered[0], int(asked), int(rows.sum()), share)

    def close_day(self, accounts: Array, day: int) -> None:
        """Learn ``day`` (since 1970) of every account that opened or asked for something, then forget its maxima."""
        self.closed += 1.0, float((day + 3) % 7 >= 5)
        for kept in (
            self.counts, self.apart_counts, self.role_days, self.hours, self.novel, self.doubts, self.reads,
            self.read_days,
        ):  # fmt: skip
            kept *= habits.KEEP_A_DAY
        rows = np.flatnonzero(accounts["seen"] > 0)
        persistence.close(accounts, rows)
        learned = rows[(accounts["seen"][rows] == WORKED) & (accounts["withheld"][rows] == 0)]
        lifted = self._lifted(accounts)
        if learned.size:
            # Days judged before the house had tails of its own say little about later ones.
            settled = self.role_days[0] / (PRIOR_DAYS + self.role_days[0])
            worth = self._days_worth(accounts, learned)
            own = np.maximum(accounts["doubt_top"][learned] - lifted, 0.0)
            self.doubts += settled * doubt_counts(own, worth)
            self._learn_house(accounts, learned)
            habits.learn(accounts, learned)
        self._keep_withheld(accounts, rows[accounts["withheld"][rows] == 1], day)
        habits.carry_doubt(accounts, rows, high_doubt(self.doubts), lifted)
        habits.forget_day(accounts, rows)
        self.rebuild()

    def _lifted(self, accounts: Array) -> float:
        """Nats that the whole house had more of than on a usual day: they say nothing of one account, nor of days to come.
        What was left unanswered where challenges are answered is withheld by now."""
        answered, unanswered = doubts_today(accounts, np.int64(0), np.int64(0))
        return float(risen(answered, unanswered, usual_quarter(self.doubts)))

    def _keep_withheld(self, accounts: Array, rows: Array, day: int) -> None:
        fresh = np.zeros(rows.size, WITHHELD)
        fresh["account"], fresh["day"] = rows, day
        for name in TODAY:
            fresh[name] = accounts[name][rows]
        recent = self.withheld[self.withheld["day"] > day - KEEP_WITHHELD_DAYS]
        self.withheld = np.concatenate([recent, fresh])

    def release(self, accounts: Array, numbers: Array) -> None:
        """Learn the withheld days of ``accounts[numbers]`` and let their doubt go: it was a false alarm.

        ``numbers`` (k,) are distinct. The house's tails never leave such days out for long and stay as they are.
        """
        mine = np.isin(self.withheld["account"], numbers)
        days, self.withheld = self.withheld[mine], self.withheld[~mine]
        for day in np.unique(days["day"]):
            past = days[days["day"] == day]
            learned = accounts[past["account"]]
            today = learned[list(TODAY)].copy()
            for name in TODAY:
                learned[name] = past[name]
            habits.learn(learned, np.arange(past.size))
            for name in TODAY:
                learned[name] = today[name]
            accounts[past["account"]] = learned
        for name in (
            "carried",
            "persisted",
            "high_days",
            "unanswered",
            "slipped_ms",
            "failed_ms",
            "lost_ms",
            "blocked",
            "withheld",
        ):
            accounts[name][numbers] = 0
        accounts["released"][numbers] = RELEASED_BY_WORD

    def _days_worth(self, accounts: Array, rows: Array) -> Array:
        """How much each account's day (n,) tells about honest doubt; notes which days were high.

        Honest bursts come and go, and a passed challenge vouches for its day. A day as high as those
        before it, which nobody vouched for, counts less each time: else a thief who goes on
        unchallenged would teach the house to expect him.
        """
        high = accounts["doubt_top"][rows] >= high_doubt(self.doubts)
        before = accounts["high_days"][rows]
        accounts["high_days"][rows] = KEEP_HIGH * before + high
        return np.where(high & ~vouched(accounts[rows]), 1.0 / (1.0 + before), 1.0)

    def _learn_house(self, accounts: Array, rows: Array) -> None:
        role = accounts["role"][rows] + 1
        bins = np.minimum(np.log1p(accounts["top"][rows]) * BINS_PER_LOG, BINS - 1).astype(np.int64)
        for stat in range(N_STATS):
            np.add.at(self.counts[stat], (np.zeros_like(role), bins[:, stat]), 1.0)
            named = role > 0
            np.add.at(self.counts[stat], (role[named], bins[named, stat]), 1.0)
        self._learn_apart(accounts, rows[accounts["days"][rows] >= apart.KNOWN_DAYS])
        touched = (accounts["hours_today"][rows, None] >> np.arange(HOUR_BINS, dtype=np.uint64)) & np.uint64(
            1
        )
        read, worth = reading.day_shares(accounts[rows])
        for who in (np.zeros_like(role), role):
            chosen = slice(None) if who is not role else role > 0
            np.add.at(self.role_days, who[chosen], 1.0)
            np.add.at(self.hours, who[chosen], touched[chosen].astype(np.float64))
            np.add.at(self.reads, who[chosen], read[chosen] * worth[chosen, None])
            np.add.at(self.read_days, who[chosen], worth[chosen])
        known = rows[accounts["days"][rows] > 0]
        classes = accounts["new_place_class"][known]
        self.novel[:4] += [(classes >> kind & 1).sum() for kind in range(4)]
        self.novel[4] += known.size

    def _learn_apart(self, accounts: Array, rows: Array) -> None:
        role = accounts["role"][rows] + 1
        bins = apart.bins_of(accounts[rows])
        named = role > 0
        for stat in range(N_STATS):
            np.add.at(self.apart_counts[stat], (np.zeros_like(role), bins[:, stat]), 1.0)
            np.add.at(self.apart_counts[stat], (role[named], bins[named, stat]), 1.0)

    def rebuild(self) -> None:
        """Recompute the tables the kernel reads."""
        self.nats = _tail_nats(_shrunk(_prior() * PRIOR_DAYS, self.counts)).astype(np.float32)
        self.apart = apart.tail_nats(_shrunk(apart.DAY_0 * PRIOR_DAYS, self.apart_counts)).astype(np.float32)
        weekends = self.closed[1] / max(self.closed[0], 1.0)
        days = self.role_days[:, None] * np.repeat([1.0, weekends], HOUR_BINS // 2)
        base = (HOUR_PRIOR * HOUR_PRIOR_DAYS + self.hours[0]) / (HOUR_PRIOR_DAYS + days[0])
        shares = (base * 20.0 + self.hours) / (20.0 + days)
        shares[0] = base
        self.shares = np.insert(shares, HOUR_BINS, weekends, axis=1).astype(np.float32)
        rate = (PLACE_PRIOR * PLACE_PRIOR_DAYS + self.novel[:4]) / (PLACE_PRIOR_DAYS + self.novel[4])
        settled = self.novel[4] / (PLACE_PRIOR_DAYS + self.novel[4])
        self.novelty = np.append(rate, settled).astype(np.float32)
        self.usual = reading.shares_by_role(self.reads, self.read_days)


def _shrunk(day_0: Array, counts: Array) -> Array:
    """Mass (N_STATS, roles + 1, bins): the house on top of its day-0 law, then each role on top of the house."""
    house = day_0 + counts[:, 0]
    house /= house.sum(axis=1, keepdims=True)
    total = house[:, None, :] * ROLE_PRIOR_DAYS + counts
    total[:, 0] = house
    return np.asarray(total)


def _tail_nats(mass: Array) -> Array:
    """``-ln P(X >= x)`` at each bin's lower edge, continued as a power law beyond TOP_SHARE.

    The power is Hill's estimate (Hill 1975) over the top, kept between 1.2 and 6.
    """
    share = mass[..., ::-1].cumsum(axis=-1)[..., ::-1]
    share = share / share[..., :1]
    at = (share >= TOP_SHARE).sum(axis=-1) - 1
    steps = np.arange(BINS)
    beyond = np.maximum(steps - at[..., None], 0) / BINS_PER_LOG
    top = np.take_along_axis(share, at[..., None], -1)
    weight = mass * (steps >= at[..., None])
    excess = (weight * (beyond + 0.5 / BINS_PER_LOG)).sum(axis=-1, keepdims=True)
    power = np.clip(weight.sum(axis=-1, keepdims=True) / np.maximum(excess, 1e-12), 1.2, 6.0)
    continued = -np.log(top) + power * beyond
    plain = -np.log(np.maximum(share, 1e-300))
    return np.where(beyond > 0, np.minimum(continued, 60.0), plain)
