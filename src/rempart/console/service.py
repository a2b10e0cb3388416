"""The service as processes: one judge that owns the ledger, and the fronts that speak HTTP.

With one worker both are one process. With more, a supervisor starts a judge and fronts that share the
listening socket, and starts again whichever dies; all end when the supervisor does. What happens
unexpectedly ends the process it happens in: the journal brings the judge back to where it stood. Misses:
several machines; one ledger has one writer.
"""

from __future__ import annotations

import asyncio
import contextlib
import errno
import gc
import os
import secrets
import signal
import socket
import sys
import time
import traceback
from collections.abc import Callable, Coroutine, Iterator
from pathlib import Path
from typing import Any

import uvloop

from rempart.console.connection import Connection
from rempart.console.front import Front
from rempart.console.gap import Gap
from rempart.console.identity import Identity, trust_of
from rempart.console.judges import FarJudge, Judge, NearJudge
from rempart.console.judging import Judging
from rempart.console.key_ring import KeyRing
from rempart.console.metrics import Metrics
from rempart.console.plan import Plan, wall_ms
from rempart.console.rooms import Rooms
from rempart.contain.secret_file import read_secret
from rempart.errors import RempartError, SettingsError

SWEEP_S = 2.0
GARBAGE = 2_000, 10, 10_000
"""How many new objects, and rounds of each kind, before the next kind of search; the last is for all objects."""
FAILED = 70
"""Exit code of a process that met something unexpected (sysexits.h: internal software error)."""


@contextlib.contextmanager
def listening_at(listen: str) -> Iterator[list[socket.socket]]:
    """The listening sockets of some ``host:port`` or ``unix:path``, apart by spaces; their paths are taken away at the end.

    SettingsError where one cannot be had: an address somebody answers at is left to him.
    """
    if not listen.split():
        raise SettingsError("serve.listen is empty", "name an address")
    with contextlib.ExitStack() as at_the_end:
        yield [_bind_one(each, at_the_end) for each in listen.split()]


def _bind_one(listen: str, at_the_end: contextlib.ExitStack) -> socket.socket:
    try:
        if listen.startswith("unix:"):
            path = Path(listen.removeprefix("unix:"))
            _clear(path)
            opened = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            opened.bind(str(path))
            at_the_end.callback(_take_away, path, path.stat().st_ino)
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


def _clear(path: Path) -> None:
    """Remove a socket at which nobody listens any more; what else is there makes the bind that follows fail."""
    if path.is_socket():
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM | socket.SOCK_NONBLOCK) as probe:
            if probe.connect_ex(str(path)) == errno.ECONNREFUSED:
                path.unlink(missing_ok=True)


def _take_away(path: Path, inode: int) -> None:
    """Remove a socket's path unless somebody else has put another there."""
    with contextlib.suppress(FileNotFoundError):
        if path.stat().st_ino == inode:
            path.unlink()


def serve_alone(plan: Plan, listening: list[socket.socket]) -> None:
    """Judge and answer in this process until SIGTERM or SIGINT."""
    judging = Judging(plan)

    async def work() -> None:
        keeping = asyncio.create_task(judging.keep())
        judge = NearJudge(judging.bench, plan.tell)
        try:
            await _answer(plan, listening, judge, 0, None)
        finally:
            keeping.cancel()

    _run(work(), plan.tell, -1)
    judging.close()
    gc.unfreeze()  # what is still frozen when the interpreter ends is reported as leaked


def judge_apart(plan: Plan, path: str, lifeline: int) -> None:
    """The judge's process of several: answer fronts at the socket ``path``."""
    judging = Judging(plan)

    async def work() -> None:
        server = await asyncio.start_unix_server(judging.bench.serve, path)
        settle_memory()
        async with server:
            await judging.keep()

    Path(path).unlink(missing_ok=True)
    _run(work(), plan.tell, lifeline)
    judging.close()


def front_apart(plan: Plan, listening: list[socket.socket], path: str, number: int, lifeline: int) -> None:
    """One front of several."""

    async def work() -> None:
        judge = FarJudge(path)
        await _answer(plan, listening, judge, number, judge)

    _run(work(), plan.tell, lifeline)


async def _answer(
    plan: Plan, listening: list[socket.socket], judge: Judge, number: int, far: FarJudge | None
) -> None:
    """Answer HTTP until cancelled."""
    site = plan.settings.serve
    ring = KeyRing(plan.settings.provider, time.time, plan.tell)
    secret = read_secret(site.proxy_secret_file) if site.proxy_secret_file else ""
    identity = Identity(site, plan.settings.provider, ring, secret, time.time)
    metrics = Metrics(number)
    trust = trust_of(plan.settings.provider)
    rooms = Rooms(judge, ring, trust, metrics, plan.desk_key, plan.link_key, time.time)
    gap = Gap(plan.data / f"gap-{number}.frames", plan.data / "outbox.ndjson", plan.tell)
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
    settle_memory()
    servers = [await loop.create_server(lambda: Connection(front, known), sock=each) for each in listening]
    plan.tell(f"answering on {site.listen}")
    telling = loop.create_task(rooms.exchange())
    try:
        while connecting is None or not connecting.done():
            await asyncio.sleep(SWEEP_S)
            for each in [each for each in known if each.stale(loop.time())]:
                each.close()
            if telling.done():
                telling = loop.create_task(rooms.exchange())
            if site.identity == "token" and ring.old:
                await ring.renew()
                identity.forget()
        await connecting
    finally:
        for server in servers:
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
            tell(f"stopped: {name_failure(context.get('exception'))}")
            os._exit(FAILED)

        loop.set_exception_handler(fail)
        await asyncio.wait([task])
        error = None if task.cancelled() else task.exception()
        if isinstance(error, RempartError):
            raise error
        if error is not None:
            fail(loop, {"exception": error})

    uvloop.run(until_told())


def name_failure(error: BaseException | None) -> str:
    """Type and place of what nobody expected; not its words, which may carry what was read."""
    if error is None:
        return "the event loop gave up without an exception"
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    ours = next((each for each in reversed(frames) if "rempart" in Path(each.filename).parts), None)
    if ours is not None and ours is not frames[-1]:
        place += f", from {Path(ours.filename).name}:{ours.lineno}"
    why = f" ({os.strerror(error.errno)})" if isinstance(error, OSError) and error.errno else ""
    return f"{type(error).__name__}{why}{place}"


def settle_memory() -> None:
    """Keep Python's search for garbage short: it stops every answer.

    What is here now stays for good and is not looked at again. Of what comes, only the young is looked
    through (1 ms at most): what lives long is let go of by whoever held it, there are no circles in it.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(*GARBAGE)


def tell_stderr(text: str) -> None:
    """One line on standard error."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()
