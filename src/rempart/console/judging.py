"""The judge put together: course, outbox, effectors, and who is told; everything its process holds.

Reads a :class:`~rempart.console.plan.Plan`; gives the :class:`~rempart.console.judges.Bench` that answers
fronts. Misses: answering anybody; the service does.
"""

from __future__ import annotations

import asyncio
from dataclasses import replace

from rempart.console.judges import Bench
from rempart.console.owner_link import LIVES_S, OwnerLink, make_link
from rempart.console.plan import Plan, wall_ms
from rempart.contain.delivery import Delivery
from rempart.contain.dry_run import Observing
from rempart.contain.effectors import effectors_of
from rempart.contain.outbox import Outbox
from rempart.pipeline.challenges import Challenges
from rempart.pipeline.containing import Containment
from rempart.pipeline.course import Course, Decided
from rempart.pipeline.hearing import Hearing
from rempart.pipeline.keeping import Keeping
from rempart.pipeline.questions import Questions
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.serving import Serving
from rempart.pipeline.warming import warm_up
from rempart.pipeline.wording import outside_reasons

LOOK_S = 1.0
NEVER = 2**62
"""Decisions after which the course itself would seal: keeping does it."""


class Judging:
    """Everything the judge's process holds; close it to seal and save."""

    def __init__(self, plan: Plan) -> None:
        warm_up(plan.settings)
        beside = replace(plan.settings, seal_every=NEVER)
        self._course = Course.open(plan.data, beside, enforce=plan.enforce, live=True)
        self._keeping = Keeping(self._course, plan.settings.seal_every, plan.tell)
        self._outbox = Outbox(plan.data / "outbox.ndjson", self._course.ledger.keys.cipher_key)
        contain = plan.settings.contain
        effectors = effectors_of(contain, wall_ms, plan.tell) if plan.enforce else [Observing(plan.tell)]
        self._delivery = Delivery(self._outbox, effectors, wall_ms, plan.tell)
        self._rejects = RejectFile(plan.data / "rejects.ndjson")
        containment = Containment(self._outbox, self._delivery)
        public_url = plan.settings.serve.public_url

        def question(account: str, decided: Decided, now_ms: int) -> str:
            reasons = outside_reasons(decided.decision)
            link = OwnerLink(account, decided.number, now_ms // 1000 + LIVES_S, reasons)
            return make_link(public_url, plan.link_key, link)

        challenges = Challenges(self._course)
        questions = Questions(self._course.stages.names)
        hearing = Hearing(self._course, self._rejects, challenges, questions, containment, wall_ms)
        self._serving = Serving(
            self._course,
            challenges,
            questions,
            hearing,
            containment,
            wall_ms,
            enforce=plan.enforce,
            glass_s=plan.settings.serve.break_glass_minutes * 60,
            question=question if public_url else None,
        )
        self._containment = containment
        self.bench = Bench(self._serving, hearing, self._numbers)
        self._delivery.start()

    def _numbers(self) -> dict[str, float]:
        numbers: dict[str, float] = {
            "ledger_decisions": self._course.ledger.next_number,
            "outbox_waiting": len(self._outbox.undelivered()),
            "accounts_closed": len(self._containment.closed_accounts()),
        }
        numbers |= {f'judged{{answer="{name}"}}': count for name, count in self._serving.counts.items()}
        for name, count in self._delivery.delivered.items():
            numbers[f'delivered{{effector="{name}"}}'] = count
            numbers[f'delivery_failures{{effector="{name}"}}'] = self._delivery.failed[name]
        return numbers

    async def keep(self) -> None:
        """Seal and save beside the judging, until cancelled."""
        while True:
            await asyncio.sleep(LOOK_S)
            self._keeping.look()

    def close(self) -> None:
        """Seal, save, and let everything go."""
        self._keeping.finish()
        self._delivery.close()
        self._serving.close()
        self._rejects.close()
        self._course.close()
        self._outbox.close()
