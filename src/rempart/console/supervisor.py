"""The supervisor: a judge and some fronts, each started again when it dies.

Holds the listening sockets, which all fronts share, and the write end of a pipe: when the supervisor is
gone, however it went, every child reads the pipe's end and stops. Misses: a child that hangs; the
metrics show it, and systemd's watchdog is not used.
"""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import time
from collections.abc import Callable

from rempart.console.plan import Plan
from rempart.console.service import FAILED, front_apart, judge_apart
from rempart.errors import RempartError
from rempart.pipeline.warming import warm_up

PAUSE_S = 0.2
"""Between a death and the next start."""
READY_S = 120.0
JUDGE = -1


def supervise(plan: Plan, listening: list[socket.socket], workers: int) -> int:
    """Run until SIGTERM or SIGINT; the exit code, not 0 where the judge could not start.

    Everything compiled is loaded here, so that a judge started again judges at once.
    """
    warm_up(plan.settings)
    folder = tempfile.mkdtemp(prefix="rempart-")
    path = f"{folder}/judge"
    lifeline, held = os.pipe()
    children: dict[int, int] = {}
    stopping, failed = False, 0

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    def start(number: int) -> None:
        def work() -> None:
            os.close(held)
            if number == JUDGE:
                for each in listening:
                    each.close()
                judge_apart(plan, path, lifeline)
            else:
                front_apart(plan, listening, path, number, lifeline)

        children[_fork(work, plan.tell)] = number

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        start(JUDGE)
        if not _ready(path, lambda: stopping):
            stop()
        for number in range(1, workers + 1 if not stopping else 1):
            start(number)
        while children:
            pid, status = os.wait()
            number = children.pop(pid)
            code = os.waitstatus_to_exitcode(status)
            if stopping:
                failed = failed or code
                continue
            plan.tell(
                f"{'judge' if number == JUDGE else f'front {number}'} ended ({code}); starting it again"
            )
            time.sleep(PAUSE_S)
            if not stopping:
                start(number)
    finally:
        shutil.rmtree(folder, ignore_errors=True)
    return failed


def _ready(path: str, told_to_stop: Callable[[], bool]) -> bool:
    """Wait until the judge answers at its socket; False where it ended, took too long, or was not wanted."""
    until = time.monotonic() + READY_S
    while not told_to_stop() and time.monotonic() < until:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(path) == 0:
                return True
        if os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None:
            return False
        time.sleep(0.05)
    return False


def _fork(work: Callable[[], None], tell: Callable[[str], None]) -> int:
    """A child that does ``work`` and ends; its process id."""
    pid = os.fork()
    if pid:
        return pid
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_DFL)
    code = FAILED
    try:
        work()
        code = 0
    except RempartError as error:
        tell(str(error))
        code = error.exit_code
    finally:
        os._exit(code)
