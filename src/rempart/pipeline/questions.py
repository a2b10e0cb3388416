"""Questions and their outcomes: which judged request a record of the server behind tells of.

The decision service names every request it judges (``X-Request-ID``), the proxy hands the name on, and the server
behind writes it into its AuditEvent (entity of type XrequestId, IHE BALP). Remembers the last :data:`KEPT`
questions; gives such a record the place of its question: its account where the record names none, its session,
address and software. Misses: questions from before a restart, requests of many interactions, and a record that names another account than asked:
these are judged as accesses of their own.
"""

from __future__ import annotations

from collections import OrderedDict

import msgspec

from rempart.pipeline.door import Names, is_page
from rempart.records import Access

KEPT = 1 << 16
MANY = ("Bundle", "$graphql")
"""Requests of many interactions, each with a record of its own: no one of them tells what became of the whole."""


class _Question(msgspec.Struct, frozen=True, gc=False):
    number: int
    account: str
    session: str
    address: str
    software: str
    opened: bool
    """Whether it opened what it named, rather than asked for a page."""


class Questions:
    """The last requests that were judged; one caller at a time."""

    def __init__(self, names: Names) -> None:
        self._names = names
        self._asked: OrderedDict[str, _Question] = OrderedDict()

    def keep(self, access: Access, number: int) -> None:
        """Remember the request of an access that was decided under ``number``."""
        if access.request and access.resource not in MANY:
            self._asked[access.request] = _Question(
                number,
                access.account,
                access.session,
                access.address,
                access.software,
                not is_page(access),
            )
            if len(self._asked) > KEPT:
                self._asked.popitem(last=False)

    def placed(self, told: Access) -> Access:
        """A record of what was served, in the place of the question it answers; as it is where there is none."""
        question = self._asked.get(told.request)
        if question is None or not self._is_of(told.account, question.account):
            return told
        return msgspec.structs.replace(
            told,
            account=question.account,
            unknown_account="",
            session=question.session,
            address=question.address,
            software=question.software,
            question=question.number,
            named=question.opened,
        )

    def _is_of(self, account: str, asked: str) -> bool:
        """Whether a record's account, where it names one, is the one that asked."""
        if account in ("", asked):
            return True
        one, other = (self._names.known("account", each) for each in (account, asked))
        bare = account.removeprefix("Practitioner/") == asked.removeprefix("Practitioner/")
        return bare or (one >= 0 and other >= 0 and bool(self._names.canon[one] == self._names.canon[other]))
