"""Containment: from a decision or a person's word to commands, and back when the account is reinstated.

Reads decisions that block, and words of persons; gives commands to the outbox, and says whose tokens are
worth nothing any more. What should be so is always computed from the ledger's state and compared with the
last command given, so a kill between the journal and the outbox leaves no account half closed. Misses:
what an effector did or could not do; the outbox knows that.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable

from rempart.contain.delivery import Delivery
from rempart.contain.dry_run import STAND_INS
from rempart.contain.outbox import Outbox
from rempart.records import Access, Command

TOKENS_KEPT = 4
"""Tokens remembered of one account, to be revoked with it."""
ACCOUNTS_KEPT = 200_000
TELL_AGAIN_MS = 3_600_000
"""An account's owner is asked, and the desk told of broken glass, once in this time: a thief who changes
sessions must not flood either."""
ENDED = "ended"
"""Verb of a line that ends one session on its provider's word; nobody carries it out."""


class Containment:
    """Who is closed, since when; one caller at a time."""

    def __init__(self, outbox: Outbox, delivery: Delivery) -> None:
        self._outbox, self._delivery = outbox, delivery
        self._tokens: OrderedDict[str, list[str]] = OrderedDict()
        self._subjects: OrderedDict[str, str] = OrderedDict()
        self._told: OrderedDict[tuple[str, str], int] = OrderedDict()

    def see_subject(self, account: str, subject: str) -> None:
        """Remember what the provider calls an account, for who must be told to end its sessions."""
        if self._subjects.get(account) != subject:
            self._subjects[account] = subject
            self._subjects.move_to_end(account)
            if len(self._subjects) > ACCOUNTS_KEPT:
                self._subjects.popitem(last=False)

    def see_token(self, account: str, token: str) -> None:
        """Remember an account's latest tokens, in memory only."""
        seen = self._tokens.setdefault(account, [])
        if token not in seen:
            self._tokens.move_to_end(account)
            seen.append(token)
            del seen[:-TOKENS_KEPT]
            if len(self._tokens) > ACCOUNTS_KEPT:
                self._tokens.popitem(last=False)

    def is_closed(self, account: str) -> bool:
        """Whether the last command about the account closed it."""
        last = self._outbox.last.get(account)
        return last is not None and last.verb == "block"

    def is_worthless(self, access: Access, subject: str, issued_s: int) -> bool:
        """Whether a token was issued before its account was reopened, or its session was ended."""
        last = self._outbox.last.get(access.account)
        if last is not None and last.verb == "reinstate" and (issued_s + 1) * 1000 <= last.at_ms:
            return True
        if not self._outbox.ended:
            return False
        ended_ms = max(
            self._outbox.ended.get(access.session, -1) if access.session else -1,
            self._outbox.ended.get(_whole(subject), -1) if subject else -1,
        )
        return (issued_s + 1) * 1000 <= ended_ms

    def block(
        self, account: str, now_ms: int, subject: str = "", decision: int = -1, reasons: Iterable[str] = ()
    ) -> None:
        """Close an account that is not closed yet."""
        if not self.is_closed(account):
            tokens = tuple(self._tokens.pop(account, ()))
            subject = subject or self._subjects.get(account, "")
            self._give("block", account, now_ms, subject, decision, tuple(reasons), tokens=tokens)

    def reinstate(self, account: str, now_ms: int) -> None:
        """Open an account again; what was issued before stays worthless."""
        if self.is_closed(account):
            self._give("reinstate", account, now_ms)

    def tell(
        self, verb: str, account: str, now_ms: int, decision: int, reasons: Iterable[str], link: str = ""
    ) -> None:
        """``ask`` the owner, or tell the desk of a ``break_glass``; not again within :data:`TELL_AGAIN_MS`."""
        if now_ms - self._told.get((verb, account), -TELL_AGAIN_MS) < TELL_AGAIN_MS:
            return
        self._told[verb, account] = now_ms
        if len(self._told) > ACCOUNTS_KEPT:
            self._told.popitem(last=False)
        self._give(verb, account, now_ms, "", decision, tuple(reasons), link)

    def end(self, session: str, subject: str, now_ms: int) -> None:
        """The provider ended one session, or all of a subject: their tokens are refused from now on."""
        name = session or _whole(subject)
        self._outbox.give(Command(self._key(ENDED), ENDED, name, now_ms), ())

    def settle(self, blocked: set[str], known: Iterable[str], now_ms: int) -> None:
        """After a restart: give what the ledger says and the outbox does not. ``known`` are accounts the
        ledger can speak of. What was only said in a dry run is done once the dry run is over."""
        for account in sorted(blocked):
            if self._was_only_said(account):
                last = self._outbox.last[account]
                self._give("block", account, now_ms, last.subject, last.decision, last.reasons)
            else:
                self.block(account, now_ms)
        for account in known:
            if account not in blocked:
                self.reinstate(account, now_ms)

    def _was_only_said(self, account: str) -> bool:
        """Whether the account was closed where commands were only written down, which is over."""
        meant_for = set(self._outbox.meant_for.get(account, ()))
        only_said = bool(meant_for) and meant_for <= STAND_INS
        return (
            self.is_closed(account)
            and only_said
            and not set(self._delivery.effectors_of("block")) <= STAND_INS
        )

    def closed_accounts(self) -> list[str]:
        """Accounts whose last command closed them."""
        return [account for account, last in self._outbox.last.items() if last.verb == "block"]

    def _give(
        self,
        verb: str,
        account: str,
        now_ms: int,
        subject: str = "",
        decision: int = -1,
        reasons: tuple[str, ...] = (),
        link: str = "",
        tokens: tuple[str, ...] = (),
    ) -> None:
        key = self._key(verb)
        self._delivery.give(Command(key, verb, account, now_ms, subject, decision, reasons, link, tokens))

    def _key(self, verb: str) -> str:
        return f"{verb}-{self._outbox.name}-{self._outbox.given}"


def _whole(subject: str) -> str:
    return f"\x1f{subject}"
