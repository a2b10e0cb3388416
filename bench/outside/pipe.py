"""``rempart watch --stdio --mode enforce`` at the other end of a pipe, one answer for each AuditEvent."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import msgspec

from bench.outside.care import Resource

REMPART = (sys.executable, "-c", "from rempart.cli import main; raise SystemExit(main())")


class ContractBroken(Exception):
    """The process said, or left unsaid, something the contract does not allow."""


class Reason(msgspec.Struct, frozen=True):
    """One of an answer's reasons."""

    code: str
    weight: float


class Answer(msgspec.Struct, frozen=True):
    """What the enforcement point must do with one event."""

    event: str
    account: str | None
    action: str
    hijack: float
    reasons: tuple[Reason, ...]

    @property
    def first_reason(self) -> str:
        """The weightiest, or ``none``."""
        return self.reasons[0].code if self.reasons else "none"


class Pipe:
    """A running watch on ``data``; its messages are added to ``log``."""

    def __init__(self, data: Path, log: Path) -> None:
        command = [*REMPART, "watch", "--stdio", "--mode", "enforce", "--data", str(data)]
        with log.open("ab") as messages:
            self._process = subprocess.Popen(
                command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=messages
            )
        assert self._process.stdin
        assert self._process.stdout
        self._into, self._out = self._process.stdin, self._process.stdout
        self._log = log

    def tell(self, resource: Resource) -> None:
        """A resource that gets no answer."""
        self._into.write(msgspec.json.encode(resource) + b"\n")

    def ask(self, event: Resource) -> Answer:
        """An AuditEvent, and its answer."""
        self.tell(event)
        self._into.flush()
        line = self._out.readline()
        if not line:
            raise ContractBroken(f"no answer to {event['id']}; see {self._log}")
        answer = msgspec.json.decode(line, type=Answer)
        if answer.event != event["id"]:
            raise ContractBroken(f"{event['id']} was answered as {answer.event}")
        return answer

    def close(self) -> None:
        """End of input: the process must end well and say nothing more."""
        self._into.close()
        rest = self._out.read()
        self._out.close()
        code = self._process.wait()
        if code or rest:
            raise ContractBroken(f"ended with {code} and {len(rest)} bytes nobody asked for; see {self._log}")

    def kill(self) -> None:
        """Leave no process behind when the play was broken off."""
        if self._process.poll() is None:
            self._process.kill()
            self._process.wait()
