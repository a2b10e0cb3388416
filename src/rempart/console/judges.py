"""The judge as a front sees it: in this process, or behind a socket.

Questions that arrive together travel and are judged together. The judge behind the socket is one process
that owns the ledger; fronts speak to it in frames of MessagePack, answers come in the order of the
questions. When it goes away every open question is answered with None, and the front tries again to
reach it. Misses: speaking between machines.
"""

from __future__ import annotations

import asyncio
import struct
from collections import deque
from collections.abc import Awaitable, Callable
from typing import Any, Protocol

import msgspec

from rempart.console.metrics import Counts
from rempart.errors import RempartError
from rempart.pipeline.hearing import Hearing
from rempart.pipeline.serving import Asked, Serving, Verdict
from rempart.records import Kind

AGAIN_S = 0.05
"""Pause between two attempts to reach the judge."""
_LENGTH = struct.Struct("<I")

Hear = Callable[[Verdict | None], None]


class Questions(msgspec.Struct, frozen=True, tag="questions"):
    """Questions of requests."""

    asked: list[Asked]


class Lines(msgspec.Struct, frozen=True, tag="lines"):
    """FHIR lines of a provider or a server behind."""

    lines: bytes
    source: str


class Word(msgspec.Struct, frozen=True, tag="word"):
    """A person's word about an account."""

    kind: int
    account: str
    who: str
    name: str
    """What the ledger knows this answer by; empty for a word that may be said again."""


class End(msgspec.Struct, frozen=True, tag="end"):
    """The provider ended a session, or all sessions of a subject."""

    session: str
    subject: str


class State(msgspec.Struct, frozen=True, tag="state"):
    """What a front has counted; it is answered with :class:`Told`."""

    counts: Counts


class Told(msgspec.Struct, frozen=True):
    """The judge's own numbers, and what each front has last said it counted."""

    numbers: dict[str, float]
    fronts: list[Counts]


Message = Questions | Lines | Word | End | State


class Judge(Protocol):
    """Where questions are judged."""

    def ask(self, asked: Asked, hear: Hear) -> None:
        """``hear`` gets the verdict, or None where there is no judge."""

    async def send(self, message: Message) -> Any:
        """The answer to any other message; None where there is no judge."""


class Bench:
    """The judge's process: messages in, answers out, one after the other."""

    def __init__(self, serving: Serving, hearing: Hearing, numbers: Callable[[], dict[str, float]]) -> None:
        self._serving, self._hearing, self._numbers = serving, hearing, numbers
        self._counted: dict[int, Counts] = {}

    def take(self, message: Message) -> Any:
        """Do what a message asks."""
        hearing = self._hearing
        if isinstance(message, Questions):
            return self._serving.answer(message.asked)
        if isinstance(message, Lines):
            return hearing.learn(message.lines, message.source)
        if isinstance(message, Word):
            return hearing.hear(Kind(message.kind), message.account, message.who, message.name)
        if isinstance(message, End):
            hearing.end(message.session, message.subject)
            return True
        self._counted[message.counts.worker] = message.counts
        return msgspec.to_builtins(Told(self._numbers(), list(self._counted.values())))

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One front, until it goes away or this process ends."""
        decoder = msgspec.msgpack.Decoder(Message)
        try:
            while True:
                frame = await _read_frame(reader)
                answer = msgspec.msgpack.encode(self.take(decoder.decode(frame)))
                writer.write(_LENGTH.pack(len(answer)) + answer)
        except (asyncio.IncompleteReadError, ConnectionError, asyncio.CancelledError):
            return
        finally:
            writer.close()


class NearJudge:
    """The judge in this process; what arrives in one turn of the loop is judged together."""

    def __init__(self, bench: Bench, tell: Callable[[str], None]) -> None:
        self._bench, self._tell = bench, tell
        self._asked: list[Asked] = []
        self._hear: list[Hear] = []

    def ask(self, asked: Asked, hear: Hear) -> None:
        """See :class:`Judge`."""
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._judge)
        self._asked.append(asked)
        self._hear.append(hear)

    async def send(self, message: Message) -> Any:
        """See :class:`Judge`."""
        return self._bench.take(message)

    def _judge(self) -> None:
        asked, self._asked = self._asked, []
        hear, self._hear = self._hear, []
        try:
            verdicts: list[Verdict] | list[None] = self._bench.take(Questions(asked))
        except RempartError as error:
            self._tell(str(error))
            verdicts = [None] * len(asked)
        for each, verdict in zip(hear, verdicts, strict=True):
            each(verdict)


class FarJudge:
    """The judge behind a Unix socket."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._asked: list[Asked] = []
        self._hear: list[Hear] = []
        self._open: deque[Callable[[bytes | None], None]] = deque()
        self._writer: asyncio.StreamWriter | None = None
        self._verdicts = msgspec.msgpack.Decoder(list[Verdict])

    async def stay_connected(self, connected: Callable[[], Awaitable[None]]) -> None:
        """Reach the judge, read its answers, and reach it again when it has gone. ``connected`` is told."""
        while True:
            try:
                reader, self._writer = await asyncio.open_unix_connection(self._path)
                reading = asyncio.create_task(self._read(reader))
                await connected()
                await reading
            except (OSError, asyncio.IncompleteReadError):
                await asyncio.sleep(AGAIN_S)
            finally:
                self._lose()

    async def _read(self, reader: asyncio.StreamReader) -> None:
        while True:
            answer = await _read_frame(reader)
            self._open.popleft()(answer)

    def _lose(self) -> None:
        if self._writer is not None:
            self._writer.close()
        self._writer = None
        while self._open:
            self._open.popleft()(None)

    def ask(self, asked: Asked, hear: Hear) -> None:
        """See :class:`Judge`."""
        if self._writer is None:
            hear(None)
            return
        if not self._asked:
            asyncio.get_running_loop().call_soon(self._send_questions)
        self._asked.append(asked)
        self._hear.append(hear)

    async def send(self, message: Message) -> Any:
        """See :class:`Judge`."""
        answered: asyncio.Future[bytes | None] = asyncio.get_running_loop().create_future()

        def hear(answer: bytes | None) -> None:
            if not answered.done():  # Whoever asked may have gone.
                answered.set_result(answer)

        self._write(message, hear)
        answer = await answered
        return None if answer is None else msgspec.msgpack.decode(answer)

    def _send_questions(self) -> None:
        asked, self._asked = self._asked, []
        hear, self._hear = self._hear, []

        def tell(answer: bytes | None) -> None:
            verdicts = [None] * len(hear) if answer is None else self._verdicts.decode(answer)
            for each, verdict in zip(hear, verdicts, strict=True):
                each(verdict)

        self._write(Questions(asked), tell)

    def _write(self, message: Message, hear: Callable[[bytes | None], None]) -> None:
        if self._writer is None:
            hear(None)
            return
        self._open.append(hear)
        frame = msgspec.msgpack.encode(message)
        self._writer.write(_LENGTH.pack(len(frame)) + frame)


async def _read_frame(reader: asyncio.StreamReader) -> bytes:
    (length,) = _LENGTH.unpack(await reader.readexactly(_LENGTH.size))
    return await reader.readexactly(length)
