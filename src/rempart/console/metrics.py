"""What a front counts, and the page Prometheus reads.

Counts answers, refusals by reason, and the time to an answer in fixed buckets; adds what the judge says
of itself. No label holds an account, an address or a patient. Misses: nothing that a site should alarm on;
docs/howto/put-it-in-front.md names the alarms.

Follows the Prometheus text exposition format 0.0.4.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter

BOUNDS_S = (0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1.0)


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

    def page(self, judge: dict[str, float] | None) -> bytes:
        """The page; ``judge`` is None where it is away."""
        worker = f'worker="{self._worker}"'
        lines = ["# TYPE rempart_answers_total counter"]
        lines += [
            f'rempart_answers_total{{{worker},answer="{n}"}} {c}' for n, c in sorted(self.answers.items())
        ]
        lines.append("# TYPE rempart_refused_total counter")
        lines += [
            f'rempart_refused_total{{{worker},reason="{n}"}} {c}' for n, c in sorted(self.refused.items())
        ]
        lines.append("# TYPE rempart_decision_seconds histogram")
        total = 0
        for bound, count in zip((*map(str, BOUNDS_S), "+Inf"), self._buckets, strict=True):
            total += count
            lines.append(f'rempart_decision_seconds_bucket{{{worker},le="{bound}"}} {total}')
        lines.append(f"rempart_decision_seconds_sum{{{worker}}} {self._seconds:.6f}")
        lines.append(f"rempart_decision_seconds_count{{{worker}}} {total}")
        lines += ["# TYPE rempart_judge_up gauge", f"rempart_judge_up {int(judge is not None)}"]
        typed = ""
        for name, value in sorted((judge or {}).items()):
            family = name.partition("{")[0]
            if family != typed:
                lines.append(f"# TYPE rempart_{family} gauge")
                typed = family
            lines.append(f"rempart_{name} {value:.12g}")
        return ("\n".join(lines) + "\n").encode()
