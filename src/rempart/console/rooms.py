"""The other rooms of the service: events in, persons' words, the owner's answer, health and metrics.

========================  =====================================================================
``POST /events``          FHIR lines (logins, care context, traces); needs the desk's key
``POST /accounts/block``  a person closes an account; needs the desk's key
``POST /accounts/reinstate``  a person opens it again; needs the desk's key
``/was-this-you``         the owner's page and answer; the link is the key
``POST /backchannel-logout``  the provider ended a session; its signature is the key
``GET /health``, ``GET /metrics``  for the site's monitoring; say nothing about anybody
========================  =====================================================================

Misses: logins of people; whoever has the desk's key is the desk.
"""

from __future__ import annotations

import asyncio
import hmac
from collections import Counter, OrderedDict
from collections.abc import Callable
from urllib.parse import parse_qs

import jinja2
import msgspec

from rempart import language
from rempart.console.connection import Request, Respond, response
from rempart.console.judges import End, Judge, Lines, State, Told, Word
from rempart.console.key_ring import KeyRing
from rempart.console.metrics import Metrics, page_of
from rempart.console.owner_link import OwnerLink, read_link
from rempart.errors import RequestRefused
from rempart.language import gettext as _
from rempart.pipeline.wording import outside_sentence
from rempart.records import Kind
from rempart.sources.logout_token import verify_logout
from rempart.sources.token import Trust, UnknownKey

SAFE = (
    "content-type: text/html; charset=utf-8",
    "content-security-policy: default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'",
    "cache-control: no-store",
    "referrer-policy: no-referrer",
    "x-content-type-options: nosniff",
)
JSON = ("content-type: application/json",)
LOGOUTS_KEPT = 10_000
LINES_AT_ONCE = 50


class Person(msgspec.Struct, forbid_unknown_fields=True):
    """What the desk says: whose account, and who says so."""

    account: str
    by: str


class Rooms:
    """Answers of one front to everything but questions."""

    def __init__(
        self,
        judge: Judge,
        ring: KeyRing,
        trust: Trust,
        metrics: Metrics,
        desk_key: str,
        link_key: bytes,
        clock_s: Callable[[], float],
    ) -> None:
        self._judge, self._ring, self._trust, self._metrics = judge, ring, trust, metrics
        self._desk_key, self._link_key, self._clock_s = f"Bearer {desk_key}".encode(), link_key, clock_s
        self._logouts: OrderedDict[str, None] = OrderedDict()
        environment = jinja2.Environment(
            loader=jinja2.PackageLoader("rempart.console"), autoescape=True, undefined=jinja2.StrictUndefined
        )
        environment.globals["_"] = language.gettext
        self._page = environment.get_template("was_this_you.html")

    async def answer(self, request: Request, respond: Respond) -> None:
        """Find the room and respond."""
        path, _sign, query = request.target.partition("?")
        try:
            respond(await self._room(request, path, query))
        except RequestRefused as refused:
            self._metrics.refused[refused.what] += 1
            respond(_plain("403 Forbidden", refused.what))

    async def _room(self, request: Request, path: str, query: str) -> bytes:
        asked = (request.method, path)
        if asked == ("GET", "/health"):
            return await self._health()
        if asked == ("GET", "/metrics"):
            told = await self.exchange()
            page = page_of(told.fronts, told.numbers) if told else page_of([self._metrics.counts()], None)
            return response("200 OK", ("content-type: text/plain; version=0.0.4",), page)
        if asked == ("GET", "/was-this-you"):
            return self._owner_page(_field(query, "t"))
        if asked == ("POST", "/was-this-you"):
            return await self._owner_answer(request.body)
        if asked == ("POST", "/backchannel-logout"):
            return await self._logout(request.body)
        if asked == ("POST", "/events"):
            self._check_desk(request)
            return await self._events(request.body)
        if asked in (("POST", "/accounts/block"), ("POST", "/accounts/reinstate")):
            self._check_desk(request)
            return await self._person(request.body, path.endswith("block"))
        return _plain("404 Not Found", "not_found")

    async def exchange(self) -> Told | None:
        """Tell the judge what this front has counted, for the others' scrapes; what all have. None where it is away."""
        answer = await self._judge.send(State(self._metrics.counts()))
        return None if answer is None else msgspec.convert(answer, Told)

    async def _health(self) -> bytes:
        healthy = await self.exchange() is not None
        body = msgspec.json.encode({"judge": "up" if healthy else "away", "keys": len(self._ring.keys)})
        return response("200 OK" if healthy else "503 Service Unavailable", JSON, body)

    def _check_desk(self, request: Request) -> None:
        shown = [value for name, value in request.headers if name == b"authorization"]
        if len(shown) != 1 or not hmac.compare_digest(shown[0], self._desk_key):
            raise RequestRefused("desk_unknown")

    async def _events(self, body: bytes) -> bytes:
        """Hand lines on a few at a time, so that questions are answered in between."""
        taken: Counter[str] = Counter()
        lines = body.split(b"\n")
        for first in range(0, len(lines), LINES_AT_ONCE):
            some = await self._judge.send(Lines(b"\n".join(lines[first : first + LINES_AT_ONCE]), "events"))
            if some is None:
                return _plain("503 Service Unavailable", "judge_away")
            taken.update(some)
            await asyncio.sleep(0)
        return response("200 OK", JSON, msgspec.json.encode(taken))

    async def _person(self, body: bytes, block: bool) -> bytes:
        try:
            said = msgspec.json.decode(body, type=Person)
        except msgspec.MsgspecError as error:
            raise RequestRefused("body_unreadable") from error
        if not said.account or not said.by:
            raise RequestRefused("body_unreadable")
        kind = Kind.DISOWNED if block else Kind.REINSTATED
        return _told(await self._judge.send(Word(int(kind), said.account, f"desk:{said.by}"[:80], "")))

    def _owner_page(self, token: str) -> bytes:
        link = read_link(token, self._link_key, self._clock_s())
        reasons = [outside_sentence(*each) for each in link.reasons]
        return self._show(link, token, reasons, "")

    async def _owner_answer(self, body: bytes) -> bytes:
        form = body.decode("latin-1")[:4_096]
        link = read_link(_field(form, "t"), self._link_key, self._clock_s())
        said = _field(form, "answer")
        if said not in ("me", "not_me"):
            raise RequestRefused("body_unreadable")
        kind = Kind.VOUCHED if said == "me" else Kind.DISOWNED
        fresh = await self._judge.send(Word(int(kind), link.account, "owner", link.name))
        if fresh is None:
            return _plain("503 Service Unavailable", "judge_away")
        if not fresh:
            said_back = _("This question has already been answered.")
        elif kind == Kind.VOUCHED:
            said_back = _("Thank you. Nothing was changed.")
        else:
            said_back = _("Thank you. The account is closed; the help desk will open it again with you.")
        return self._show(link, "", [], said_back)

    def _show(self, link: OwnerLink, token: str, reasons: list[str], said_back: str) -> bytes:
        page = self._page.render(
            account=language.printable(link.account), token=token, reasons=reasons, said_back=said_back
        )
        return response("200 OK", SAFE, page.encode())

    async def _logout(self, body: bytes) -> bytes:
        token = _field(body.decode("latin-1")[:16_384], "logout_token")
        try:
            said = verify_logout(token, self._ring.keys, self._trust, self._clock_s())
        except UnknownKey:
            await self._ring.renew()
            said = verify_logout(token, self._ring.keys, self._trust, self._clock_s())
        session, subject, name = said
        if name not in self._logouts:
            self._logouts[name] = None
            if len(self._logouts) > LOGOUTS_KEPT:
                self._logouts.popitem(last=False)
            await self._judge.send(End(session, subject))
        return response("200 OK", ("cache-control: no-store",))


def _field(form: str, name: str) -> str:
    """The one value of a form's field; empty where there is none or more."""
    try:
        found = parse_qs(form, max_num_fields=8).get(name, [])
    except ValueError:
        return ""
    return found[0] if len(found) == 1 else ""


def _told(answer: object) -> bytes:
    if answer is None:
        return _plain("503 Service Unavailable", "judge_away")
    return response("200 OK", JSON, msgspec.json.encode(answer))


def _plain(status: str, word: str) -> bytes:
    return response(status, ("content-type: text/plain",), f"{word}\n".encode())
