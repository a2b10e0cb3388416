"""One HTTP/1.1 connection: requests in, answers out in the order they were asked.

Reads bytes with llhttp (strict: no bare line feeds, no two lengths); gives an application one
:class:`Request` at a time and writes the answers in order. Bounded: the head, the body, the time a head
may take, and how many requests may wait. Misses: TLS and HTTP/2, which the proxy in front ends.

Follows RFC 9112.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import Callable
from typing import NamedTuple, Protocol, cast

import httptools

LARGEST_HEAD = 32_768
LARGEST_BODY = 16 << 20
MOST_WAITING = 64
"""Requests of one connection that may wait for an answer before no more are read."""
HEAD_S, IDLE_S = 10.0, 300.0


class Request(NamedTuple):
    """A whole request; header names in small letters, in order, as sent."""

    method: str
    target: str
    headers: list[tuple[bytes, bytes]]
    body: bytes
    peer: str


Respond = Callable[[bytes], None]


class Application(Protocol):
    """Answers requests."""

    def handle(self, request: Request, respond: Respond) -> None:
        """Call ``respond`` once, now or later, with a whole response."""


def response(status: str, headers: tuple[str, ...] = (), body: bytes = b"") -> bytes:
    """A whole response. ``status`` is ``200 OK``; each header a line without its end."""
    head = "\r\n".join((f"HTTP/1.1 {status}", f"content-length: {len(body)}", *headers, "", ""))
    return head.encode("latin-1", "replace") + body


class Connection(asyncio.Protocol):
    """One client; made by the server for each that comes."""

    def __init__(self, application: Application, known: set[Connection]) -> None:
        self._application, self._known = application, known
        self._parser = httptools.HttpRequestParser(self)
        self._waiting: deque[list[bytes | None]] = deque()
        self._head_bytes = 0
        self._too_large = False
        self._last = False
        self._since = asyncio.get_running_loop().time()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)
        peer = transport.get_extra_info("peername")
        self._peer = str(peer[0]) if isinstance(peer, tuple) else ""
        self._known.add(self)

    def connection_lost(self, _: Exception | None) -> None:
        self._known.discard(self)
        del self._parser  # it holds this connection: a circle that nobody would look for

    def data_received(self, data: bytes) -> None:
        """Feed the parser; what it cannot read ends the connection."""
        self._since = asyncio.get_running_loop().time()
        self._head_bytes += len(data)
        try:
            self._parser.feed_data(data)
        except (httptools.HttpParserUpgrade, httptools.HttpParserError):
            self._fail("unreadable")
        if self._head_bytes > LARGEST_HEAD:
            self._fail("head_too_large")
        elif self._too_large:
            self._fail("body_too_large")

    def on_message_begin(self) -> None:
        """A request starts."""
        self._url = b""
        self._headers: list[tuple[bytes, bytes]] = []
        self._body: list[bytes] = []
        self._body_bytes = 0

    def on_url(self, url: bytes) -> None:
        """A part of the target."""
        self._url += url

    def on_header(self, name: bytes, value: bytes) -> None:
        """One header."""
        self._headers.append((name.lower(), value))

    def on_headers_complete(self) -> None:
        """The head is whole."""
        self._head_bytes = 0

    def on_body(self, body: bytes) -> None:
        """A part of the body."""
        self._head_bytes = 0
        self._body_bytes += len(body)
        self._too_large = self._body_bytes > LARGEST_BODY
        if not self._too_large:
            self._body.append(body)

    def on_message_complete(self) -> None:
        """A request is whole: hand it over."""
        self._head_bytes = 0
        if self._last or self._too_large:
            return
        self._last = not self._parser.should_keep_alive()
        place: list[bytes | None] = [None]
        self._waiting.append(place)
        if len(self._waiting) == MOST_WAITING:
            self._transport.pause_reading()
        request = Request(
            self._parser.get_method().decode("latin-1"),
            self._url.decode("latin-1"),
            self._headers,
            b"".join(self._body),
            self._peer,
        )

        def respond(answer: bytes) -> None:
            place[0] = answer
            self._send()

        self._application.handle(request, respond)

    def stale(self, now: float) -> bool:
        """Whether the client has taken too long."""
        return now - self._since > (HEAD_S if self._head_bytes else IDLE_S)

    def close(self) -> None:
        """End the connection after what was written."""
        self._transport.close()

    def _send(self) -> None:
        while self._waiting and self._waiting[0][0] is not None:
            if len(self._waiting) == MOST_WAITING:
                self._transport.resume_reading()
            answer = self._waiting.popleft()[0]
            if answer is not None and not self._transport.is_closing():
                self._transport.write(answer)
        if self._last and not self._waiting:
            self._transport.close()

    def _fail(self, reason: str) -> None:
        """Answer what waits no more; this connection cannot be read on.

        Always 403: to nginx's ``auth_request`` every other status means that the service is broken, and a site may
        have told it to serve then. A thief could choose such a status by what it sends.
        """
        if not self._transport.is_closing():
            told = ("connection: close", f"x-rempart-reason: {reason}")
            self._transport.write(response("403 Forbidden", told))
            self._transport.close()
        self._last = True
