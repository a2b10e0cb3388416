"""The outbox: every command on disk before anybody acts on it, delivered at least once, in order.

Takes :class:`~rempart.records.Command` records and what became of them; an append-only file of JSON lines
(owner-only, synced at every line) is the whole state, so a kill at any moment loses nothing: what was
not noted as done is asked again under the same key, and receivers know a key they have seen. An
unfinished last line is cut. Tokens to revoke are sealed (AES-GCM) under a key of the ledger's.

Misses: a receiver that ignores keys may act twice when the process is killed between the act and its note.
"""

from __future__ import annotations

import hashlib
import os
import secrets
import threading
from base64 import b64decode, b64encode
from collections.abc import Iterable, Iterator
from pathlib import Path

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from rempart.errors import LedgerError
from rempart.records import Command

ENDED_KEPT_MS = 2 * 86_400_000
"""How long before the newest command the end of a session is remembered: longer than its tokens live."""
COMPACT_LINES = 20_000
"""Lines after which an opening keeps only what still matters."""


class Done(msgspec.Struct, frozen=True, tag="done"):
    """An effector did (or, ``gave_up``, will never do) a command."""

    key: str
    effector: str
    at_ms: int
    gave_up: bool = False


class Ordered(msgspec.Struct, frozen=True, tag="command"):
    """A command, its place among all ever given, and the effectors it was meant for."""

    command: Command
    effectors: tuple[str, ...]
    place: int


_Line = Done | Ordered


def closed_accounts(path: Path) -> set[str]:
    """Accounts whose last command in the outbox at ``path`` closed them, for who only reads it."""
    closed: set[str] = set()
    for said in _orders(path):
        if said.command.verb == "block":
            closed.add(said.command.account)
        else:
            closed.discard(said.command.account)
    return closed


def last_order(path: Path, account: str) -> Ordered | None:
    """The last block or reinstatement of an account in the outbox at ``path``, for who only reads it."""
    found = None
    for said in _orders(path):
        if said.command.account == account:
            found = said
    return found


def _orders(path: Path) -> Iterator[Ordered]:
    """Every whole line of an outbox that closes or opens an account, oldest first."""
    decoder = msgspec.json.Decoder(_Line)
    content = path.read_bytes() if path.exists() else b""
    for line in content[: content.rfind(b"\n") + 1].splitlines():
        said = decoder.decode(line)
        if isinstance(said, Ordered) and said.command.verb in ("block", "reinstate"):
            yield said


class Outbox:
    """The file and what it says. Any thread may call; one process holds it (the ledger's writer)."""

    def __init__(self, path: Path, secret: bytes) -> None:
        self._cipher = AESGCM(hashlib.blake2b(secret, digest_size=32, person=b"outbox").digest())
        self._turn = threading.Lock()
        self._open: dict[str, Ordered] = {}
        self._left: dict[str, list[str]] = {}
        self.last: dict[str, Command] = {}
        """The last block or reinstatement of each account."""
        self.meant_for: dict[str, tuple[str, ...]] = {}
        """The effectors that the last block or reinstatement of each account was meant for."""
        self.ended: dict[str, int] = {}
        """Sessions that their provider ended, and when."""
        self.name = hashlib.blake2b(secret, digest_size=4, person=b"name").hexdigest()
        """Tells this outbox's keys from another's."""
        self.given = 0
        """Commands ever given here."""
        self._path = path
        self._read()
        self._file = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)

    def give(self, command: Command, effectors: Iterable[str]) -> None:
        """Write a command down for some effectors; on disk when this returns."""
        names = tuple(effectors)
        sealed = msgspec.structs.replace(command, tokens=tuple(map(self._seal, command.tokens)))
        with self._turn:
            ordered = Ordered(sealed, names, self.given)
            self._write(ordered)
            self._take(ordered)

    def done(self, key: str, effector: str, at_ms: int, gave_up: bool = False) -> None:
        """Note that an effector has carried a command out, or never will."""
        with self._turn:
            line = Done(key, effector, at_ms, gave_up)
            self._write(line)
            self._take(line)

    def waiting(self, effector: str) -> list[Command]:
        """Commands the effector has not carried out, oldest first, tokens opened."""
        with self._turn:
            found = [self._open[key].command for key, names in self._left.items() if effector in names]
        return [
            msgspec.structs.replace(each, tokens=tuple(filter(None, map(self._unseal, each.tokens))))
            for each in found
        ]

    def undelivered(self) -> list[tuple[Command, tuple[str, ...]]]:
        """Commands with the effectors still to act, oldest first."""
        with self._turn:
            return [(self._open[key].command, tuple(names)) for key, names in self._left.items()]

    def close(self) -> None:
        """Let the file go."""
        os.close(self._file)

    def _take(self, line: _Line) -> None:
        if isinstance(line, Ordered):
            key = line.command.key
            self.given = max(self.given, line.place + 1)
            if line.effectors:
                self._open[key] = line
                self._left[key] = list(line.effectors)
            if line.command.verb in ("block", "reinstate"):
                self.last[line.command.account] = line.command
                self.meant_for[line.command.account] = line.effectors
            elif line.command.verb == "ended":
                self.ended[line.command.account] = line.command.at_ms
        elif line.key in self._left and line.effector in self._left[line.key]:
            self._left[line.key].remove(line.effector)
            if not self._left[line.key]:
                del self._left[line.key], self._open[line.key]

    def _write(self, line: _Line) -> None:
        try:
            os.write(self._file, msgspec.json.encode(line) + b"\n")
            os.fdatasync(self._file)
        except OSError as error:
            raise LedgerError(
                f"cannot write {self._path}: {error.strerror}", "free space, restart"
            ) from error

    def _read(self) -> None:
        """Take up every whole line; cut an unfinished last one."""
        if not self._path.exists():
            return
        content = self._path.read_bytes()
        whole = content.rfind(b"\n") + 1
        if whole < len(content):
            os.truncate(self._path, whole)
        lines = content[:whole].splitlines()
        decoder = msgspec.json.Decoder(_Line)
        for number, line in enumerate(lines, 1):
            try:
                self._take(decoder.decode(line))
            except msgspec.DecodeError as error:
                raise LedgerError(
                    f"{self._path} line {number} is no outbox line", "restore it from the backup"
                ) from error
        if len(lines) > COMPACT_LINES:
            self._compact()

    def _compact(self) -> None:
        """Keep what waits, what was last done to an account, and what was ended."""
        kept = {each.key for each in self.last.values()} | set(self._left)
        lines = (msgspec.json.decode(line, type=_Line) for line in self._path.read_bytes().splitlines())
        given = [line for line in lines if isinstance(line, Ordered)]
        oldest_ms = max((line.command.at_ms for line in given), default=0) - ENDED_KEPT_MS
        lived = [
            msgspec.structs.replace(line, effectors=tuple(self._left.get(line.command.key, ())))
            for line in given
            if line.command.key in kept or (line.command.verb == "ended" and line.command.at_ms >= oldest_ms)
        ]
        beside = self._path.with_suffix(".partial")
        handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "wb") as file:
            file.write(b"".join(msgspec.json.encode(line) + b"\n" for line in lived))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(self._path)

    def _seal(self, token: str) -> str:
        nonce = secrets.token_bytes(12)
        return b64encode(nonce + self._cipher.encrypt(nonce, token.encode(), None)).decode()

    def _unseal(self, sealed: str) -> str:
        """The token; empty where it was sealed under another key: nothing to revoke then."""
        raw = b64decode(sealed)
        try:
            return self._cipher.decrypt(raw[:12], raw[12:], None).decode()
        except InvalidTag:
            return ""
