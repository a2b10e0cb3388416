"""One connection: requests in order, and nothing of it left once it is gone."""

from __future__ import annotations

import asyncio
import gc
import weakref
from typing import Any

from rempart.console.connection import Connection, Request, Respond, response


class Echo:
    """Answers each request with its target, the last asked first."""

    def __init__(self) -> None:
        self.waiting: list[tuple[Request, Respond]] = []

    def handle(self, request: Request, respond: Respond) -> None:
        self.waiting.append((request, respond))

    def answer(self) -> None:
        for request, respond in reversed(self.waiting):
            respond(response("200 OK", (), request.target.encode()))
        self.waiting.clear()


class Wire:
    """A transport that keeps what was written."""

    def __init__(self) -> None:
        self.written = b""

    def get_extra_info(self, _: str) -> Any:
        return ("127.0.0.1", 1)

    def is_closing(self) -> bool:
        return False

    def write(self, data: bytes) -> None:
        self.written += data

    def close(self) -> None:
        pass


def test_answers_leave_in_the_order_of_the_requests_and_a_lost_connection_leaves_nothing() -> None:
    async def work() -> None:
        echo, wire, known = Echo(), Wire(), set[Connection]()
        connection = Connection(echo, known)
        connection.connection_made(wire)  # type: ignore[arg-type]
        for piece in (b"GET /a HTTP/1.1\r\nHost: x\r\n", b"\r\nGET /b HTTP/1.1\r\nHost: x\r\n\r\n"):
            connection.data_received(piece)
        echo.answer()
        assert wire.written.index(b"/a") < wire.written.index(b"/b")
        gone = weakref.ref(connection)
        connection.connection_lost(None)
        assert not known
        gc.disable()
        try:
            del connection
            assert gone() is None
        finally:
            gc.enable()

    asyncio.run(work())
