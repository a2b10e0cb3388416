"""The front: every request of the service finds its answer here.

Questions of proxies (``/decide``) go the short way: read, identify, ask the judge, answer. Everything
else is :mod:`rempart.console.rooms`. Misses: judging; the judge does that, here or behind a socket.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Coroutine

from rempart.console.connection import Request, Respond
from rempart.console.gap import Gap
from rempart.console.identity import Identity, bearer
from rempart.console.judges import Judge, Questions
from rempart.console.key_ring import KeyRing
from rempart.console.metrics import Metrics
from rempart.console.question import (
    ONCE,
    Question,
    client_address,
    client_software,
    is_question,
    read_question,
    stated_reason,
)
from rempart.console.replies import Replies
from rempart.console.rooms import Rooms
from rempart.errors import RequestRefused
from rempart.pipeline.serving import ANSWERS, Asked, Verdict
from rempart.records import Access, Kind
from rempart.settings import Settings
from rempart.sources.request_fhir import Site, path_template, read_wanted
from rempart.sources.token import Holder, UnknownKey

SOURCE = "serve"


class Front:
    """One process's answers. ``name`` tells its records from those of others and of earlier runs."""

    def __init__(
        self,
        settings: Settings,
        judge: Judge,
        ring: KeyRing,
        identity: Identity,
        rooms: Rooms,
        metrics: Metrics,
        gap: Gap,
        name: str,
        clock_ms: Callable[[], int],
    ) -> None:
        self._judge, self._ring, self._identity = judge, ring, identity
        self._rooms, self._metrics, self._gap = rooms, metrics, gap
        self._name, self._clock_ms = name, clock_ms
        site = settings.serve
        self._proxies = site.proxies
        self._open = site.when_down == "open"
        self._hands_tokens = bool(settings.contain.revocation_url)
        self._once = ONCE | identity.headers
        self._replies = Replies(site, settings.provider)
        self._site = Site(
            path_template(site.fhir_base),
            tuple(map(path_template, site.patient_paths)),
            site.page_rows,
            site.bundle_rows,
        )
        self._asked = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def handle(self, request: Request, respond: Respond) -> None:
        """See :class:`rempart.console.connection.Application`."""
        if is_question(request.target):
            self._decide(request, respond)
        else:
            self._later(self._rooms.answer(request, respond))

    def _decide(self, request: Request, respond: Respond, renewed: bool = False) -> None:
        begun = time.perf_counter()
        redirects = False
        try:
            question = read_question(request, self._once)
            redirects = question.redirects
            self._identity.check_proxy(question)
            holder = self._identity.holder(question)
            asked = self._ask_about(question, holder, request.peer)
        except UnknownKey as refused:
            if renewed:
                self._refuse(refused, respond, redirects)
            else:
                self._later(self._with_new_keys(request, respond))
        except RequestRefused as refused:
            self._refuse(refused, respond, redirects)
        else:
            self._judge.ask(asked, lambda verdict: self._tell(asked, verdict, redirects, respond, begun))

    async def _with_new_keys(self, request: Request, respond: Respond) -> None:
        await self._ring.renew()
        self._decide(request, respond, renewed=True)

    def _ask_about(self, question: Question, holder: Holder, peer: str) -> Asked:
        conditional = b"if-none-exist" in question.headers
        wanted = read_wanted(question.method, question.target, self._site, conditional)
        self._asked += 1
        name = f"{self._name}-{self._asked}"
        access = Access(
            SOURCE,
            0,
            0,
            name,
            int(Kind.ACCESS),
            self._clock_ms(),
            holder.account,
            "",
            holder.role,
            "",
            client_address(question.headers, peer, self._proxies),
            client_software(question.headers, holder.software),
            holder.session,
            name,
            wanted.action,
            -1,
            wanted.resource,
            wanted.patients,
            wanted.is_query,
            wanted.count,
            wanted.query.page,
            wanted.query.form if wanted.is_query else "",
            wanted.query.value_kind,
            wanted.query.value,
            bool(wanted.patients),
        )
        reason = stated_reason(question.headers) if b"x-break-glass" in question.headers else ""
        token = bearer(question) if self._hands_tokens else ""
        return Asked(access, holder.subject, holder.issued_s, holder.strong_login_s, reason, token)

    def _tell(
        self, asked: Asked, verdict: Verdict | None, redirects: bool, respond: Respond, begun: float
    ) -> None:
        if verdict is None:
            self._metrics.note("unjudged", time.perf_counter() - begun)
            if self._open and self._gap.is_closed(asked.access.account):
                respond(self._replies.refused("blocked", redirects))
                return
            respond(self._replies.unjudged(asked.access.request, self._open and self._gap.note(asked)))
            return
        self._metrics.note(ANSWERS[verdict.answer], time.perf_counter() - begun)
        respond(self._replies.verdict(verdict, asked.access.request, redirects))

    def _refuse(self, refused: RequestRefused, respond: Respond, redirects: bool) -> None:
        self._metrics.refused[refused.what] += 1
        respond(self._replies.refused(refused.what, redirects))

    async def catch_up(self) -> None:
        """Have judged what was served while the judge was away."""
        noted = self._gap.take()
        for first in range(0, len(noted), 1000):
            if await self._judge.send(Questions(noted[first : first + 1000])) is None:
                return
        self._gap.forget()

    def _later(self, work: Coroutine[None, None, None]) -> None:
        task = asyncio.get_running_loop().create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
