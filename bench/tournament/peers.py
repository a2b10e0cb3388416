"""The peers: what each makes of the watch's statistics, learning as it goes.

Every peer is given the statistics vector of :mod:`rempart.watch.channels` (log1p) and the account's role, after
each act; it scores the act before it learns from it. ``hourly`` peers score an account once an hour,
on the hour's highest values, and doubt it from then on. Settings come from the data file beside this one.

- rate rule: distinct patients of the last hour against a quantile of the role's own days
- river HalfSpaceTrees (BSD-3): Tan, Ting & Liu, "Fast anomaly detection for streaming data", IJCAI 2011
- pysad LODA (BSD-3): Pevny, "Loda: lightweight on-line detector of anomalies", Machine Learning 102, 2016
- PyOD ECOD (BSD-2): Li et al., "ECOD: unsupervised outlier detection using empirical CDFs", TKDE 2022
"""

from __future__ import annotations

import pickle
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np

Array = np.ndarray[Any, Any]
HOUR_DISTINCT = 1
"""Place of "distinct patients in an hour" among the statistics."""
HIGHEST = 9.0
"""log1p of about 8,000: where features end for peers that want a range."""


class Peer(Protocol):
    """A detector of the tournament."""

    hourly: bool

    def score(self, vectors: Array, roles: Array) -> Array:
        """Scores (n,), high for strange, of vectors (n, k)."""

    def learn(self, vectors: Array, roles: Array) -> None:
        """Take the vectors in."""

    def close_day(self) -> None:
        """A day of the stream is over."""

    def save(self) -> bytes:
        """Everything it knows."""

    def load(self, saved: bytes) -> None:
        """Know what was saved, and nothing else."""


class _Kept:
    """Saves and loads all attributes named in ``_STATE``."""

    _STATE: tuple[str, ...] = ()

    def save(self) -> bytes:
        return pickle.dumps({name: getattr(self, name) for name in self._STATE}, pickle.HIGHEST_PROTOCOL)

    def load(self, saved: bytes) -> None:
        for name, value in pickle.loads(saved).items():
            setattr(self, name, value)

    def close_day(self) -> None:
        return None


class Nobody(_Kept):
    """No detector at all."""

    def __init__(self, hourly: bool) -> None:
        self.hourly = hourly

    def score(self, vectors: Array, roles: Array) -> Array:
        return np.zeros(len(vectors))

    def learn(self, vectors: Array, roles: Array) -> None:
        pass

    def close_day(self) -> None:
        pass


class RateRule(_Kept):
    """Distinct patients of an hour over a quantile of the role's daily maxima of that."""

    _STATE = ("limits", "today", "days")
    hourly = False

    def __init__(self, quantile: float, least: float, days: int) -> None:
        self.quantile, self.least, self.kept = quantile, least, days
        self.limits: dict[int, float] = {}
        self.today: dict[int, list[float]] = {}
        self.days: dict[int, deque[float]] = {}

    def score(self, vectors: Array, roles: Array) -> Array:
        limits = np.array([self.limits.get(role, self.least * 4) for role in roles.tolist()])
        return np.expm1(vectors[:, HOUR_DISTINCT]) / np.maximum(limits, self.least)

    def learn(self, vectors: Array, roles: Array) -> None:
        for role, value in zip(roles.tolist(), np.expm1(vectors[:, HOUR_DISTINCT]).tolist(), strict=True):
            self.today.setdefault(role, []).append(value)

    def close_day(self) -> None:
        for role, values in self.today.items():
            days = self.days.setdefault(role, deque(maxlen=self.kept))
            days.append(float(np.quantile(values, self.quantile)))
            self.limits[role] = float(np.mean(days))
        self.today = {}


class HalfSpace(_Kept):
    """river's HalfSpaceTrees."""

    _STATE = ("model",)
    hourly = False

    def __init__(self, n_trees: int, height: int, window_size: int) -> None:
        from river.anomaly import HalfSpaceTrees

        from rempart.watch.channels import N_STATS

        self.model = HalfSpaceTrees(
            n_trees=n_trees, height=height, window_size=window_size, seed=1,
            limits=dict.fromkeys(range(N_STATS), (0.0, HIGHEST)),
        )  # fmt: skip

    def score(self, vectors: Array, roles: Array) -> Array:
        return np.array([self.model.score_one(dict(enumerate(vector))) for vector in vectors.tolist()])

    def learn(self, vectors: Array, roles: Array) -> None:
        for vector in vectors.tolist():
            self.model.learn_one(dict(enumerate(vector)))


class Loda(_Kept):
    """pysad's LODA."""

    _STATE = ("model",)
    hourly = False

    def __init__(self, num_bins: int, num_random_cuts: int) -> None:
        from pysad.models import LODA

        self.model = LODA(num_bins=num_bins, num_random_cuts=num_random_cuts, random_state=1)

    def score(self, vectors: Array, roles: Array) -> Array:
        if self.model.to_init:
            return np.zeros(len(vectors))
        return np.array([float(self.model.score_partial(vector)) for vector in vectors])

    def learn(self, vectors: Array, roles: Array) -> None:
        for vector in vectors:
            self.model.fit_partial(vector)


class Ecod(_Kept):
    """PyOD's ECOD over account-hours of the last days, fitted anew each day."""

    _STATE = ("days", "today", "train")
    hourly = True

    def __init__(self, days: int, most: int) -> None:
        self.kept, self.most = days, most
        self.days: deque[Array] = deque(maxlen=days)
        self.today: list[Array] = []
        self.train: Array | None = None

    def score(self, vectors: Array, roles: Array) -> Array:
        from pyod.models.ecod import ECOD

        if self.train is None:
            return np.zeros(len(vectors))
        model = ECOD()
        model.X_train = self.train
        return np.asarray(model.decision_function(vectors), np.float64)

    def learn(self, vectors: Array, roles: Array) -> None:
        self.today.append(vectors)

    def close_day(self) -> None:
        if self.today:
            self.days.append(np.concatenate(self.today))
            self.today = []
        if self.days:
            whole = np.concatenate(list(self.days))
            self.train = whole[-self.most :]


@dataclass(frozen=True, slots=True)
class Entry:
    """A peer by name, and what may be tuned about it."""

    name: str
    make: Callable[..., Peer]
    grid: tuple[dict[str, float | int], ...]


ENTRIES: tuple[Entry, ...] = (
    Entry("rate rule per role", RateRule, (
        {"quantile": 0.99, "least": 5.0, "days": 14}, {"quantile": 1.0, "least": 5.0, "days": 14},
    )),
    Entry("river HalfSpaceTrees", HalfSpace, (
        {"n_trees": 25, "height": 8, "window_size": 1000}, {"n_trees": 25, "height": 6, "window_size": 5000},
    )),
    Entry("pysad LODA", Loda, (
        {"num_bins": 50, "num_random_cuts": 100}, {"num_bins": 10, "num_random_cuts": 100},
    )),
    Entry("PyOD ECOD per hour", Ecod, (
        {"days": 14, "most": 3000}, {"days": 7, "most": 1500},
    )),
)  # fmt: skip
"""Every peer, with the settings tried on the training regions."""
