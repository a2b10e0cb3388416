"""What a front counts, and the page Prometheus reads.

Counts answers, refusals by reason, and the time to an answer in fixed buckets; adds what the judge says of
itself and what it last heard from the other fronts, so that one scrape is whole. No label holds an account, an
address or a patient. Misses: nothing that a site should alarm on; docs/howto/put-it-in-front.md names the alarms.

Follows the Prometheus text exposition format 0.0.4.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Callable, Iterable

import msgspec

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


class Counts(msgspec.Struct, frozen=True):
    """What one front has counted since it began; ``buckets`` by :data:`BOUNDS_S`, the last for longer ones."""

    worker: int
    answers: dict[str, int]
    refused: dict[str, int]
    buckets: list[int]
    seconds: float


class Metrics:
    """One front's counts."""

    def __init__(self, worker: int) -> None:
        self._worker = worker
        self.answers: Counter[str] = Counter()
        self.refused: Counter[str] = Counter()
        self._buckets = [0] * (len(BOUNDS_S) + 1)
        self._seconds = 0.0

    def note(self, answer: str, seconds: float) -> None:
        """One question answered."""
        self.answers[answer] += 1
        self._buckets[bisect_left(BOUNDS_S, seconds)] += 1
        self._seconds += seconds

    def counts(self) -> Counts:
        """As it stands now."""
        return Counts(
            self._worker, dict(self.answers), dict(self.refused), list(self._buckets), self._seconds
        )


def page_of(fronts: Iterable[Counts], judge: dict[str, float] | None) -> bytes:
    """The page; ``judge`` is None where it is away."""
    each = sorted(fronts, key=lambda one: one.worker)
    lines = _family("answers_total", "answer", each, lambda one: one.answers)
    lines += _family("refused_total", "reason", each, lambda one: one.refused)
    lines.append("# TYPE rempart_decision_seconds histogram")
    for one in each:
        lines += _histogram(one)
    lines += ["# TYPE rempart_judge_up gauge", f"rempart_judge_up {int(judge is not None)}"]
    typed = ""
    for name, value in sorted((judge or {}).items()):
        family = name.partition("{")[0]
        if family != typed:
            lines.append(f"# TYPE rempart_{family} gauge")
            typed = family
        lines.append(f"rempart_{name} {value:.12g}")
    return ("\n".join(lines) + "\n").encode()


def _family(name: str, label: str, fronts: list[Counts], of: Callable[[Counts], dict[str, int]]) -> list[str]:
    samples = [
        f'rempart_{name}{{worker="{one.worker}",{label}="{word}"}} {count}'
        for one in fronts
        for word, count in sorted(of(one).items())
    ]
    return [f"# TYPE rempart_{name} counter", *samples]


def _histogram(one: Counts) -> list[str]:
    worker, total, lines = f'worker="{one.worker}"', 0, []
    for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), one.buckets, strict=True):
        total += count
        lines.append(f'rempart_decision_seconds_bucket{{{worker},le="{bound}"}} {total}')
    lines.append(f"rempart_decision_seconds_sum{{{worker}}} {one.seconds:.6f}")
    lines.append(f"rempart_decision_seconds_count{{{worker}}} {total}")
    return lines
