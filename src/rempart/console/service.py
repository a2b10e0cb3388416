"""The service as processes: one judge that owns the ledger, and the fronts that speak HTTP.

With one worker both are one process. With more, a supervisor starts a judge and fronts that share the
listening socket, and starts again whichever dies; all end when the supervisor does. What happens
unexpectedly ends the process it happens in: the journal brings the judge back to where it stood. Misses:
several machines; one ledger has one writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import hashlib
import os
import secrets
import signal
import socket
import sys
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import uvloop

from rempart.console.connection import Connection
from rempart.console.front import Front
from rempart.console.gap import Gap
from rempart.console.identity import Identity, trust_of
from rempart.console.judges import Bench, FarJudge, Judge, NearJudge
from rempart.console.key_ring import KeyRing
from rempart.console.metrics import Metrics
from rempart.console.owner_link import LIVES_S, OwnerLink, make_link
from rempart.console.rooms import Rooms
from rempart.contain.delivery import Delivery
from rempart.contain.dry_run import DryRun
from rempart.contain.effectors import effectors_of
from rempart.contain.outbox import Outbox
from rempart.contain.secret_file import read_secret
from rempart.errors import SettingsError
from rempart.ledger.folder import make_private
from rempart.ledger.keys import Keys
from rempart.pipeline.containing import Containment
from rempart.pipeline.course import Course, Decided
from rempart.pipeline.rejects import RejectFile
from rempart.pipeline.serving import Serving
from rempart.pipeline.warming import warm_up
from rempart.settings import Settings

SWEEP_S = 2.0
FAILED = 70
"""Exit code of a process that met something unexpected (sysexits.h: internal software error)."""


@dataclass(frozen=True, slots=True)
class Plan:
    """What every process of the service knows."""

    data: Path
    settings: Settings
    enforce: bool
    link_key: bytes
    desk_key: str
    tell: Callable[[str], None]

    @classmethod
    def make(cls, data: Path, settings: Settings, enforce: bool, tell: Callable[[str], None]) -> Plan:
        """Open or make the data folder's keys. KeyFileError, LedgerError."""
        make_private(data)
        keys = Keys.open(data, create=True)
        link_key = hashlib.blake2b(keys.cipher_key, digest_size=32, person=b"owner-link").digest()
        return cls(data, settings, enforce, link_key, desk_key(data), tell)


def desk_key(data: Path) -> str:
    """The key of the desk in the data folder, made where there is none."""
    path = data / "desk.key"
    with contextlib.suppress(FileExistsError):
        handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(handle, "w") as file:
            file.write(secrets.token_urlsafe(32) + "\n")
    return read_secret(str(path))


def wall_ms() -> int:
    """The wall clock in ms since 1970 UTC."""
    return time.time_ns() // 1_000_000


def bind(listen: str) -> socket.socket:
    """The listening socket of ``host:port`` or ``unix:path``. SettingsError where it cannot be had."""
    try:
        if listen.startswith("unix:"):
            path = Path(listen.removeprefix("unix:"))
            path.unlink(missing_ok=True)
            opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            opened.bind(str(path))
            path.chmod(0o660)
        else:
            host, _sign, port = listen.rpartition(":")
            host = host.strip("[]")
            opened = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET, socket.SOCK_STREAM)
            opened.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            opened.bind((host, int(port)))
        opened.listen(1024)
    except (OSError, ValueError) as error:
        raise SettingsError(
            f"serve.listen = {listen}: cannot listen there ({error})", "choose another"
        ) from error
    return opened


class Judging:
    """Everything the judge's process holds; close it to seal and save."""

    def __init__(self, plan: Plan) -> None:
        warm_up(plan.settings)
        self._course = Course.open(plan.data, plan.settings, enforce=plan.enforce, live=True)
        self._outbox = Outbox(plan.data / "outbox.ndjson", self._course.ledger.keys.cipher_key)
        contain = plan.settings.contain
        effectors = effectors_of(contain, wall_ms, plan.tell) if plan.enforce else [DryRun(plan.tell)]
        self._delivery = Delivery(self._outbox, effectors, wall_ms, plan.tell)
        self._rejects = RejectFile(plan.data / "rejects.ndjson")
        containment = Containment(self._outbox, self._delivery)
        public_url = plan.settings.serve.public_url

        def question(account: str, decided: Decided, now_ms: int) -> str:
            row = decided.decision
            shown = zip(row["code"].tolist(), row["seen"].tolist(), row["usual"].tolist(), strict=True)
            reasons = tuple(shown)[: int(row["reasons"])]
            link = OwnerLink(account, decided.number, now_ms // 1000 + LIVES_S, reasons)
            return make_link(public_url, plan.link_key, link)

        self._serving = Serving(
            self._course,
            self._rejects,
            containment,
            wall_ms,
            enforce=plan.enforce,
            glass_s=plan.settings.serve.break_glass_minutes * 60,
            question=question if public_url else None,
        )
        self._containment = containment
        self.bench = Bench(self._serving, self._numbers)
        self._delivery.start()

    def _numbers(self) -> dict[str, float]:
        numbers: dict[str, float] = {
            "ledger_decisions": self._course.ledger.next_number,
            "outbox_waiting": len(self._outbox.undelivered()),
            "accounts_closed": len(self._containment.closed_accounts()),
        }
        numbers |= {f'judged{{answer="{name}"}}': count for name, count in self._serving.counts.items()}
        for name, count in self._delivery.delivered.items():
            numbers[f'delivered{{effector="{name}"}}'] = count
            numbers[f'delivery_failures{{effector="{name}"}}'] = self._delivery.failed[name]
        return numbers

    def close(self) -> None:
        """Seal, save, and let everything go."""
        self._delivery.close()
        self._serving.close()
        self._rejects.close()
        self._course.close()
        self._outbox.close()


def serve_alone(plan: Plan, listening: socket.socket) -> None:
    """Judge and answer in this process until SIGTERM or SIGINT."""
    judging = Judging(plan)

    async def work() -> None:
        judge = NearJudge(judging.bench, plan.tell)
        await _answer(plan, listening, judge, 0, None)

    _run(work(), plan.tell, -1)
    judging.close()


def judge_apart(plan: Plan, path: str, lifeline: int) -> None:
    """The judge's process of several: answer fronts at the socket ``path``."""
    judging = Judging(plan)

    async def work() -> None:
        server = await asyncio.start_unix_server(judging.bench.serve, path)
        async with server:
            await asyncio.Event().wait()

    Path(path).unlink(missing_ok=True)
    _run(work(), plan.tell, lifeline)
    judging.close()


def front_apart(plan: Plan, listening: socket.socket, path: str, number: int, lifeline: int) -> None:
    """One front of several."""

    async def work() -> None:
        judge = FarJudge(path)
        await _answer(plan, listening, judge, number, judge)

    _run(work(), plan.tell, lifeline)


async def _answer(
    plan: Plan, listening: socket.socket, judge: Judge, number: int, far: FarJudge | None
) -> None:
    """Answer HTTP until cancelled."""
    site = plan.settings.serve
    ring = KeyRing(plan.settings.provider, time.time, plan.tell)
    secret = read_secret(site.proxy_secret_file) if site.proxy_secret_file else ""
    identity = Identity(site, plan.settings.provider, ring, secret, time.time)
    metrics = Metrics(number)
    trust = trust_of(plan.settings.provider)
    rooms = Rooms(judge, ring, trust, metrics, plan.desk_key, plan.link_key, time.time)
    gap = Gap(plan.data / f"gap-{number}.frames")
    name = secrets.token_hex(6)
    front = Front(plan.settings, judge, ring, identity, rooms, metrics, gap, name, wall_ms)
    connecting = None
    if far is None:
        await front.catch_up()
    else:
        connecting = asyncio.create_task(far.stay_connected(front.catch_up))
    known: set[Connection] = set()
    loop = asyncio.get_running_loop()
    if site.identity == "token":
        await ring.renew()
    server = await loop.create_server(lambda: Connection(front, known), sock=listening)
    plan.tell(f"answering on {site.listen}")
    try:
        while connecting is None or not connecting.done():
            await asyncio.sleep(SWEEP_S)
            for each in [each for each in known if each.stale(loop.time())]:
                each.close()
            if site.identity == "token" and ring.old:
                await ring.renew()
                identity.forget()
        await connecting
    finally:
        server.close()
        for each in list(known):
            each.close()


def _run(work: Coroutine[Any, Any, None], tell: Callable[[str], None], lifeline: int) -> None:
    """Run until SIGTERM, SIGINT or the end of the lifeline; exit at once on what nobody expected."""

    async def until_told() -> None:
        loop = asyncio.get_running_loop()
        task = loop.create_task(work)
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.add_signal_handler(number, task.cancel)
        if lifeline >= 0:
            loop.add_reader(lifeline, task.cancel)

        def fail(_loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
            tell(f"stopped: {context.get('message')} {context.get('exception')!r}")
            os._exit(FAILED)

        loop.set_exception_handler(fail)
        with contextlib.suppress(asyncio.CancelledError):
            await task

    uvloop.run(until_told())


def tell_stderr(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
