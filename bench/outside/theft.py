"""One thief plays a plan at the gate: what he is served, what he does when he is asked, and when he stops.

He proves who he is in 3 % of his tries (an owner fooled into approving). Told to serve only the account's own care,
the gate gives him those patients. A thief who holds a session open waits for his own challenge's answer.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace

from bench.outside.gate import Gate
from bench.outside.plans import Plan
from bench.outside.region import Access, Session
from bench.outside.spelling import chance

FOOLED = 0.03
STEAL, ANSWER = "steal", "answer as the thief"


class Thief:
    """``taken`` of ``wanted`` patients, ``fooled`` approvals."""

    def __init__(self, gate: Gate, plan: Plan, seed: int) -> None:
        self._gate, self._plan, self._seed = gate, plan, seed
        self.wanted = {patient for access in plan.accesses for patient in access.patients}
        self.taken: set[str] = set()
        self.fooled = 0
        self.highest = 0.0
        self._challenges: Counter[str] = Counter()
        self._dropped: set[str] = set()
        gate.others |= {STEAL: self._steal, ANSWER: self._answer}
        for number, access in enumerate(plan.accesses):
            gate.later(access.second, STEAL, replace(access, number=number))

    @property
    def share(self) -> float:
        """Part of the plan that was served."""
        return len(self.taken) / max(1, len(self.wanted))

    def _steal(self, second: float, access: Access, turn: int) -> None:
        account = access.session.account
        if self._lost(account):
            self._switch(second, access, turn)
            return
        answer = self._gate.request(second, access)
        self.highest = max(self.highest, answer.hijack)
        match answer.action:
            case "allow":
                self.taken |= access.patients
            case "restrict":
                owner = self._gate.region.accounts[account]
                if access.patient and self._gate.region.care.explains(owner, access.patient, second):
                    self.taken.add(access.patient)
            case "block":
                self._gate.block(second, access)
                self._switch(second, access, turn)
            case "step_up":
                self._asked(second, access, turn)

    def _asked(self, second: float, access: Access, turn: int) -> None:
        if not self._plan.manner.answers:
            self._count(access.session.account)
            self._switch(second, access, turn + 1)
            return
        open_until, token = self._gate.shift.open_until, access.session.token
        if token in open_until:
            if turn < 3:
                self._gate.later(max(second + 5, open_until[token] + 3), STEAL, access, turn + 1)
            return
        due = second + 8 + 25 * chance(self._seed, "takes", access.number, turn)
        open_until[token] = due
        self._gate.later(due, ANSWER, access, turn)

    def _answer(self, second: float, access: Access, turn: int) -> None:
        account = access.session.account
        self._gate.shift.open_until.pop(access.session.token, None)
        if self._lost(account):
            return
        if chance(self._seed, "passes", access.number, turn) < FOOLED:
            self._gate.login(second, access, "0")
            self.fooled += 1
            self._gate.later(second + 3, STEAL, access, turn + 1)
            return
        outcome = "4" if chance(self._seed, "outcome", access.number) < 0.5 else "8"
        answer = self._gate.login(second, access, outcome)
        self._count(account)
        if answer.action == "block":
            self._gate.block(second, access)
        if self._plan.manner.switches:
            self._switch(second, access, turn + 1)
        elif turn == 0 and not self._lost(account):
            self._gate.later(second + 60, STEAL, access, turn + 1)

    def _count(self, account: str) -> None:
        self._challenges[account] += 1
        if self._challenges[account] >= self._plan.manner.gives_up_after:
            self._dropped.add(account)

    def _lost(self, account: str) -> bool:
        return account in self._dropped or account in self._gate.closed or account in self._gate.shift.blocked

    def _switch(self, second: float, access: Access, turn: int) -> None:
        """The same patient with the next login, some minutes later."""
        left: list[Session] = [login for login in self._plan.logins if not self._lost(login.account)]
        if self._plan.manner.switches and left and turn <= 4:
            waits_s = 300 + 600 * chance(self._seed, "waits", access.number, turn)
            self._gate.later(second + waits_s, STEAL, replace(access, session=left[0]), turn + 1)
