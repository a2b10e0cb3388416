"""The closed loop: honest staff, thieves and care data in one stream, each request answered.

A generator of FHIR resources in time order that is sent the decision on each (or None: allow). It
acts on the answer as people and an enforcement point would, and so changes what comes next:

- step-up: a login AuditEvent follows within a minute. Owners pass with ``owner_passes``, thieves
  with ``thief_passes`` (the owner, fooled, approves), or they leave it open. A pass serves what was asked;
  a failure does not. An owner's other requests in that session wait for the outcome.
- restrict: only patients in the account's current care are served.
- block: nothing is served; the thief stops, the owner loses the day, and next morning a person
  reinstates the account (a security-alert AuditEvent). A block for the account, not only the
  session, takes the owner's day too when it was the thief who met it.

Misses: staff who give up after being challenged, desks that reinstate too early.
"""

from __future__ import annotations

from collections.abc import Generator, Iterator, Sequence
from heapq import heappop, heappush, merge
from typing import Any

from rempart.lab.act import LOGIN, LOGIN_FAILED, MINOR_FAILURE, READ, REINSTATE, SEARCH, SUCCESS, Act, Session
from rempart.lab.audit_event import Scribe
from rempart.lab.care_resource import care_resources
from rempart.lab.chance import chance
from rempart.lab.haul import Haul
from rempart.lab.honest import honest_acts
from rempart.lab.places import HOSPITAL
from rempart.lab.raid import Raid, Temper
from rempart.lab.region import Region
from rempart.lab.staff.role import MINUTE_MS
from rempart.lab.tally import HonestTally, ThiefResult
from rempart.lab.thieves.thief import ALLOW, BLOCK, RESTRICT, STEP_UP, Answer, Attempt, Stop, Thief, Wait

Resource = dict[str, Any]
Play = Generator[Resource, Resource | None, None]

_MILDEST_FIRST = (ALLOW, STEP_UP, RESTRICT, BLOCK)
_FAILURES_BEFORE_DESK = 3
_THIEF_ORDER = 1 << 60


class ClosedLoop:
    """One run of a region with its thieves. ``run()`` once; then read ``honest`` and ``raids()``.

    ``now_ms`` is how far the run has come.
    """

    def __init__(self, region: Region, thieves: Sequence[Thief], temper: Temper | None = None) -> None:
        self.region, self.temper = region, temper or Temper()
        self.honest = HonestTally(region)
        self._raids = [Raid(thief, thief.planned(), Haul(), {}) for thief in thieves]
        self._robbed_ms = {account: thief.starts_ms for thief in thieves for account in thief.accounts}
        self._honest_scribe = Scribe(region, chance(region.spec.seed, "scribe"))
        self._other_scribe = Scribe(region, chance(region.spec.seed, "other scribe"))
        self._rng = chance(region.spec.seed, "temper")
        self._pending: list[tuple[int, int, Act | Raid]] = []
        self._count = 0
        self._busy_ms: dict[Session, int] = {}
        self._failures: dict[Session, int] = {}
        self._locked_ms: dict[int, int] = {}
        self._cared: tuple[int, int, set[int]] = (-1, -1, set())
        self.now_ms = region.start_ms

    def run(self) -> Play:
        """Every resource in time order; ``send`` the decision on each, None for allow."""
        for raid in self._raids:
            self._later(raid.thief.starts_ms, raid)
        told = ((known_ms, -1, resource) for known_ms, resource in care_resources(self.region))
        worked = ((act.at_ms, act.order, act) for act in honest_acts(self.region))
        for at_ms, _, thing in _in_order(told, worked):
            while self._pending and self._pending[0][0] <= at_ms:
                yield from self._resume()
            self.now_ms = at_ms
            if isinstance(thing, Act):
                yield from self._work(thing)
            else:
                yield thing
        while self._pending:
            yield from self._resume()

    def raids(self) -> tuple[ThiefResult, ...]:
        """What became of each thief, in the order they were given."""
        return tuple(raid.result(self.region) for raid in self._raids)

    def sessions(self) -> tuple[tuple[Session, ...], ...]:
        """The sessions each thief used, in the order thieves were given."""
        return tuple(tuple(raid.sessions) for raid in self._raids)

    def _later(self, at_ms: int, what: Act | Raid) -> None:
        self._count += 1
        heappush(self._pending, (at_ms, self._count, what))

    def _resume(self) -> Play:
        at_ms, _, what = heappop(self._pending)
        if isinstance(what, Act):
            yield from self._work(what)
        else:
            yield from self._rob(what, at_ms)

    def _work(self, act: Act) -> Play:
        """An honest act, a login that answers a challenge, or a reinstatement."""
        session = act.session
        account = session.account
        access = act.what in (READ, SEARCH)
        if self._locked_ms and act.at_ms < self._locked_ms.get(account, 0):
            if access:
                self.honest.refuse(account, self.region.day_of(act.at_ms))
            return
        if access and self._busy_ms and act.at_ms < self._busy_ms.get(session, 0):
            resumed_ms = self._busy_ms[session]
            self._later(resumed_ms, act._replace(at_ms=resumed_ms))
            return
        doubts: list[tuple[str, bool, tuple[int, ...]]] = []
        for resource, shown in self._honest_scribe.write(act):
            decision = yield resource
            if decision is not None and decision["action"] != ALLOW:
                doubts.append((decision["action"], decision.get("applies_to") == "account", shown))
        if access:
            self._feel(act, doubts)

    def _feel(self, act: Act, doubts: list[tuple[str, bool, tuple[int, ...]]]) -> None:
        """What answers other than allow do to an honest account."""
        account, day = act.session.account, self.region.day_of(act.at_ms)
        robbed = act.at_ms >= self._robbed_ms.get(account, act.at_ms + 1)
        self.honest.note(account, day, [action for action, _, _ in doubts], robbed)
        if not doubts:
            return
        actions = {action for action, _, _ in doubts}
        if BLOCK in actions:
            self.honest.refuse(account, day)
            self._lock(account, act.at_ms)
            return
        refused = any(
            action == RESTRICT and not set(shown) <= self._care_of(account, act.at_ms)
            for action, _, shown in doubts
        )
        if STEP_UP in actions and not self._challenge(act, self.temper.owner_passes):
            refused = True
            failures = self._failures.get(act.session, 0) + 1
            self._failures[act.session] = failures
            if failures >= _FAILURES_BEFORE_DESK:
                self._lock(account, act.at_ms)
        if refused:
            self.honest.refuse(account, day)

    def _challenge(self, act: Act, passes: float) -> bool:
        """Ask the person at this session; the login that answers comes a little later."""
        passed = self._rng.random() < passes
        answered_ms = act.at_ms + self._rng.randint(*self.temper.challenge_s) * 1000
        what, outcome = (LOGIN, SUCCESS) if passed else (LOGIN_FAILED, MINOR_FAILURE)
        self._busy_ms[act.session] = answered_ms
        self._later(answered_ms, Act(answered_ms, 0, act.session, what, outcome=outcome))
        return passed

    def _lock(self, account: int, at_ms: int) -> None:
        """Nothing more for this account until a person reinstates it next morning."""
        region = self.region
        if at_ms < self._locked_ms.get(account, 0):
            return
        until_ms = region.midnight_ms(region.day_of(at_ms) + 1) + self.temper.reinstated_minute * MINUTE_MS
        self._locked_ms[account] = until_ms
        desk = Session(account, "", "10.20.0.2", "Asclea 7.4", HOSPITAL)
        self._later(until_ms, Act(until_ms, 0, desk, REINSTATE))

    def _care_of(self, account: int, at_ms: int) -> set[int]:
        """Current care, looked up once a quarter of an hour for the account asked last."""
        quarter = at_ms // (15 * MINUTE_MS)
        if self._cared[:2] != (account, quarter):
            self._cared = (account, quarter, self.region.current_care(account, at_ms))
        return self._cared[2]

    def _rob(self, raid: Raid, at_ms: int) -> Play:
        """Ask the thief what next, and do it."""
        step = raid.thief.next(at_ms, raid.last)
        raid.last = None
        if isinstance(step, Wait):
            if step.until_ms < self.region.end_ms:
                self._later(max(step.until_ms, at_ms + 1), raid)
        elif isinstance(step, Stop):
            raid.stopped_ms, raid.stopped_by = at_ms, step.why
        else:
            yield from self._attempt(raid, step, at_ms)

    def _attempt(self, raid: Raid, step: Attempt, at_ms: int) -> Play:
        """Make the thief's request, and tell it what came back."""
        act = Act(at_ms, _THIEF_ORDER, *step)
        raid.sessions[step.session] = None
        answers: list[tuple[str, tuple[int, ...]]] = []
        locks = False
        for resource, shown in self._other_scribe.write(act):
            decision = yield resource
            action = ALLOW if decision is None else decision["action"]
            answers.append((action, shown))
            locks |= action == BLOCK and decision is not None and decision.get("applies_to") == "account"
        heard_ms = at_ms + 1
        if step.what in (READ, SEARCH):
            worst = max((action for action, _ in answers), key=_MILDEST_FIRST.index)
            passed: bool | None = None
            asked = worst != BLOCK and any(action == STEP_UP for action, _ in answers)
            if asked and self.temper.thief_answers:
                passed = self._challenge(act, self.temper.thief_passes)
                heard_ms = self._busy_ms[step.session] + 1
            if locks:
                self._lock(step.session.account, at_ms)
            raid.hear(at_ms, Answer(worst, passed, tuple(self._served(act, answers, passed))), step.category)
        self._later(heard_ms, raid)

    def _served(
        self, act: Act, answers: list[tuple[str, tuple[int, ...]]], passed: bool | None
    ) -> Iterator[int]:
        for action, shown in answers:
            if action == ALLOW or (action == STEP_UP and passed):
                yield from shown
            elif action == RESTRICT:
                yield from (p for p in shown if p in self._care_of(act.session.account, act.at_ms))


def _in_order(*streams: Iterator[tuple[int, int, Any]]) -> Iterator[tuple[int, int, Any]]:
    """Several sorted streams as one; care data (order -1) before what happens at the same instant."""
    return merge(*streams, key=lambda item: item[:2])
