"""The supervisor: a judge and some fronts, each started again when it dies.

Holds the listening socket, which all fronts share, and the write end of a pipe: when the supervisor is
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

from rempart.console.service import FAILED, Plan, front_apart, judge_apart
from rempart.errors import RempartError

PAUSE_S = 0.2
"""Between a death and the next start."""
READY_S = 120.0
JUDGE = -1


def supervise(plan: Plan, listening: socket.socket, workers: int) -> None:
    """Run until SIGTERM or SIGINT."""
    folder = tempfile.mkdtemp(prefix="rempart-")
    path = f"{folder}/judge"
    lifeline, held = os.pipe()
    children: dict[int, int] = {}
    stopping = False

    def stop(*_: object) -> None:
        nonlocal stopping
        stopping = True
        for pid in children:
            os.kill(pid, signal.SIGTERM)

    def start(number: int) -> None:
        def work() -> None:
            os.close(held)
            if number == JUDGE:
                listening.close()
                judge_apart(plan, path, lifeline)
            else:
                front_apart(plan, listening, path, number, lifeline)

        children[_fork(work, plan.tell)] = number

    signal.signal(signal.SIGTERM, stop)
    signal.signal(signal.SIGINT, stop)
    try:
        start(JUDGE)
        _wait_for(
            path, lambda: stopping or os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT) is not None
        )
        if not stopping:
            for number in range(1, workers + 1):
                start(number)
        while children:
            pid, status = os.wait()
            number = children.pop(pid)
            if stopping:
                continue
            code = os.waitstatus_to_exitcode(status)
            plan.tell(
                f"{'judge' if number == JUDGE else f'front {number}'} ended ({code}); starting it again"
            )
            time.sleep(PAUSE_S)
            if not stopping:
                start(number)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _wait_for(path: str, given_up: Callable[[], bool]) -> None:
    """Until the judge answers at its socket."""
    until = time.monotonic() + READY_S
    while not given_up() and time.monotonic() < until:
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            if probe.connect_ex(path) == 0:
                return
        time.sleep(0.05)


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
