"""The enforcement point: feeds care and accesses in order of time, obeys every answer, and is the honest staff.

Honest staff prove who they are within a minute of a challenge (a job's operator in ten), fail some (``slips``), try
again, then ask once more for what they wanted; who was blocked is reinstated at seven next morning. A second request
of a session whose challenge stands open waits for it. What a thief does is set on the same agenda by ``theft``.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field

from bench.outside.clock import DAY, HOUR, day_of
from bench.outside.pipe import Answer, ContractBroken, Pipe
from bench.outside.region import Access, Region
from bench.outside.spelling import (
    Spelling,
    account_name,
    audit_event,
    chance,
    login_event,
    reinstatement,
)

NEVER = float("inf")
OPENS_AT = 7 * HOUR
TRIES = 4


@dataclass(frozen=True)
class Challenge:
    """A challenge of honest work."""

    second: float
    account: str
    reason: str


@dataclass(order=True)
class Errand:
    """Something to do later: ``what`` names who does it."""

    second: float
    order: int
    what: str = field(compare=False)
    access: Access = field(compare=False)
    turn: int = field(compare=False, default=0)


@dataclass
class Shift:
    """Where the stream stands and what happened so far; a copy of it goes with a copy of the watch's data."""

    next_access: int = 0
    next_message: int = 0
    asked: int = 0
    errands: list[Errand] = field(default_factory=list)
    errand_count: int = 0
    blocked: set[str] = field(default_factory=set)
    open_until: dict[str, float] = field(default_factory=dict)
    """Token of a challenged session: when its answer is due."""
    tries: Counter[int] = field(default_factory=Counter)
    active: set[tuple[str, int]] = field(default_factory=set)
    challenges: list[Challenge] = field(default_factory=list)
    blocks: list[Challenge] = field(default_factory=list)
    restricted: int = 0


class Gate:
    """One stretch of the stream through one running watch. ``others`` do the errands that are not honest work."""

    def __init__(self, region: Region, spelling: Spelling, pipe: Pipe, shift: Shift, slips: float) -> None:
        self.region, self.shift = region, shift
        self.closed: set[str] = set()
        """Accounts blocked since this gate stands: whoever else held their password lost it."""
        self.others: dict[str, Callable[[float, Access, int], None]] = {}
        self._spelling, self._pipe, self._slips = spelling, pipe, slips

    def run(self, until: float) -> None:
        """Everything before then."""
        shift, region = self.shift, self.region
        accesses, messages = region.accesses, region.care.messages
        while True:
            access_at = accesses[shift.next_access].second if shift.next_access < len(accesses) else NEVER
            message_at = messages[shift.next_message][0] if shift.next_message < len(messages) else NEVER
            errand_at = shift.errands[0].second if shift.errands else NEVER
            now = min(access_at, message_at, errand_at)
            if now >= until:
                return
            if message_at == now:
                self._pipe.tell(messages[shift.next_message][1])
                shift.next_message += 1
            elif access_at == now:
                access = accesses[shift.next_access]
                shift.next_access += 1
                self._work(now, access)
            else:
                self._do(heapq.heappop(shift.errands))

    def later(self, second: float, what: str, access: Access, turn: int = 0) -> None:
        """Put something on the agenda."""
        self.shift.errand_count += 1
        heapq.heappush(self.shift.errands, Errand(second, self.shift.errand_count, what, access, turn))

    def request(self, second: float, access: Access) -> Answer:
        """May this access be served?"""
        account = self.region.accounts[access.session.account]
        answer = self._pipe.ask(audit_event(self._spelling, account, access.at(second), self._name()))
        if answer.account != account_name(self._spelling, account):
            raise ContractBroken(f"{answer.event} was answered for another account")
        return answer

    def login(self, second: float, access: Access, outcome: str) -> Answer:
        """A challenge of the access's session was answered."""
        account = self.region.accounts[access.session.account]
        return self._pipe.ask(
            login_event(self._spelling, account, access.session, self._name(), second, outcome)
        )

    def block(self, second: float, access: Access) -> None:
        """Close the account until next morning."""
        account = access.session.account
        self.closed.add(account)
        if account not in self.shift.blocked:
            self.shift.blocked.add(account)
            self.later((day_of(second - OPENS_AT) + 1) * DAY + OPENS_AT, "reinstate", access)

    def _do(self, errand: Errand) -> None:
        match errand.what:
            case "work":
                self._work(errand.second, errand.access)
            case "prove":
                self._prove(errand.second, errand.access, errand.turn)
            case "reinstate":
                self._reinstate(errand.second, errand.access)
            case _:
                self.others[errand.what](errand.second, errand.access, errand.turn)

    def _work(self, second: float, access: Access) -> None:
        shift, account = self.shift, access.session.account
        if account in shift.blocked:
            return
        shift.active.add((account, day_of(second)))
        answer = self.request(second, access)
        match answer.action:
            case "step_up":
                self._challenge(second, access, answer)
            case "restrict":
                shift.restricted += 1
            case "block":
                shift.blocks.append(Challenge(second, account, answer.first_reason))
                self.block(second, access)

    def _challenge(self, second: float, access: Access, answer: Answer) -> None:
        shift, token = self.shift, access.session.token
        if token in shift.open_until:
            if shift.tries[access.number] < TRIES:
                shift.tries[access.number] += 1
                self.later(max(second + 1, shift.open_until[token] + 2), "work", access)
            return
        shift.tries[access.number] += 1
        shift.challenges.append(Challenge(second, access.session.account, answer.first_reason))
        is_job = self.region.accounts[access.session.account].role == "batch"
        takes_s = 600 if is_job else 8 + 32 * chance(self.region.seed, "takes", access.number)
        self._expect(second + takes_s, access, 0)

    def _expect(self, second: float, access: Access, turn: int) -> None:
        self.shift.open_until[access.session.token] = second
        self.later(second, "prove", access, turn)

    def _prove(self, second: float, access: Access, turn: int) -> None:
        shift, account = self.shift, access.session.account
        shift.open_until.pop(access.session.token, None)
        if account in shift.blocked:
            return
        passes = chance(self.region.seed, "passes", access.number, turn, round(second)) >= self._slips
        answer = self.login(second, access, "0" if passes else "8")
        if answer.action == "block":
            shift.blocks.append(Challenge(second, account, answer.first_reason))
            self.block(second, access)
        elif not passes and turn < 2:
            self._expect(second + 30, access, turn + 1)
        elif passes and shift.tries[access.number] < TRIES:
            self.later(second + 2, "work", access)

    def _reinstate(self, second: float, access: Access) -> None:
        account = self.region.accounts[access.session.account]
        self.shift.blocked.discard(account.number)
        self._pipe.ask(reinstatement(self._spelling, account, self._name(), second))

    def _name(self) -> str:
        self.shift.asked += 1
        return f"ev{self.shift.asked}"
