"""Any part killed under load: nobody blocked is served, no decision is lost, the outbox is delivered once."""

from __future__ import annotations

import http.client
import json
import os
import resource
import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from world import (
    REMPART,
    Client,
    Process,
    Receiver,
    Signer,
    begin_service,
    children_of,
    desk,
    free_port,
    settings_file,
)

from rempart.ledger.query import connect


class Load(threading.Thread):
    """Asks one question after the other, for a blocked account and for others, and keeps every answer."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._port, self._tokens = port, tokens
        self._stop_asking = threading.Event()
        self.answers: list[tuple[str, int, str]] = []
        """Account, status, number of the decision."""

    def run(self) -> None:
        client, number = Client(self._port), 0
        while not self._stop_asking.is_set():
            for account, token in self._tokens.items():
                number += 1
                try:
                    # Few patients, over and over: nobody is to be challenged here.
                    status, told = client.decide(f"/fhir/Patient/{number % 24}", token)
                except (OSError, http.client.HTTPException):
                    time.sleep(0.01)
                    continue
                self.answers.append((account, status, told.get("x-rempart-decision", "")))

    def wait_for(self, more: int, status: int = 200) -> None:
        """Until ``more`` further answers of that status have come."""
        target = self.count(status) + more
        end = time.monotonic() + 60
        while self.count(status) < target:
            assert time.monotonic() < end, Counter(status for _, status, _ in self.answers)
            time.sleep(0.01)

    def count(self, status: int) -> int:
        return sum(each[1] == status for each in list(self.answers))

    def finish(self) -> None:
        self._stop_asking.set()
        self.join(20)


def say(port: int, data: Path, verb: str, account: str) -> None:
    said = json.dumps({"account": account, "by": "desk"}).encode()
    assert Client(port).ask(f"/accounts/{verb}", desk(data), "POST", said)[0] == 200


@contextmanager
def under_load(process: Process, signer: Signer, data: Path) -> Iterator[Load]:
    """Three accounts ask all the time, one of them blocked before."""
    say(process.port, data, "block", "closed")
    tokens = {name: signer.token(name, sid=name) for name in ("closed", "open-1", "open-2")}
    load = Load(process.port, tokens)
    load.start()
    try:
        load.wait_for(20)
        yield load
    finally:
        load.finish()


def check(load: Load, data: Path) -> None:
    """Nobody blocked was served, and every answer is in the ledger once, as it was given."""
    served = {account for account, status, _ in load.answers if status == 200}
    assert served == {"open-1", "open-2"}
    rows = (
        connect(data).execute("SELECT number, account, action FROM ledger WHERE source = 'serve'").fetchall()
    )
    kept = {str(number): (account, action) for number, account, action in rows}
    assert len(kept) == len(rows)
    for account, status, number in load.answers:
        if number:
            assert kept[number] == (account, "allow" if status == 200 else "block")
    numbers = [number for _, _, number in load.answers if number]
    assert len(numbers) == len(set(numbers))


def wait(true: Callable[[], bool], seconds: float = 30.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_front_and_the_judge_are_killed_under_load(tmp_path: Path, signer: Signer) -> None:
    process = begin_service(tmp_path, settings_file(tmp_path, signer), workers=2)
    data = tmp_path / "data"
    try:
        wait(lambda: len(children_of(process.child.pid)) == 3)
        with under_load(process, signer, data) as load:
            judge, first, _ = children_of(process.child.pid)
            os.kill(first, signal.SIGKILL)
            load.wait_for(50)
            wait(lambda: len(children_of(process.child.pid)) == 3)
            os.kill(judge, signal.SIGKILL)
            load.wait_for(5, status=503)
            load.wait_for(50)
            assert load.count(403) > 50
    finally:
        assert process.stop() == 0
    check(load, data)


def test_the_whole_service_is_killed_and_the_outbox_delivers_once(tmp_path: Path, signer: Signer) -> None:
    hook = Receiver()
    secret = tmp_path / "secret"
    secret.write_text("s")
    secret.chmod(0o600)
    contain = f'dry_run = "no"\nwebhook_url = "{hook.url}"\nwebhook_secret_file = "{secret}"'
    settings = settings_file(tmp_path, signer, contain=contain)
    data = tmp_path / "data"
    process = begin_service(tmp_path, settings)
    hook.down = True
    with under_load(process, signer, data) as load:
        say(process.port, data, "block", "closed-2")
        process.kill()
        hook.down = False
        again = begin_service(tmp_path, settings, port=process.port)
        load.wait_for(30)
        wait(lambda: len(hook.got) == 2)
    assert again.stop() == 0
    check(load, data)
    third = begin_service(tmp_path, settings)
    say(third.port, data, "reinstate", "closed")
    wait(lambda: len(hook.got) == 3)
    assert third.stop() == 0
    told = Counter((body["data"]["verb"], body["data"]["account"]) for _, body in hook.got)
    assert told == {("block", "closed"): 1, ("block", "closed-2"): 1, ("reinstate", "closed"): 1}
    assert len({key for key, _ in hook.got}) == 3
    hook.close()


def test_a_block_whose_command_was_lost_is_given_after_the_restart(tmp_path: Path, signer: Signer) -> None:
    settings = settings_file(tmp_path, signer)
    data = tmp_path / "data"
    process = begin_service(tmp_path, settings)
    say(process.port, data, "block", "dr-a")
    process.kill()
    (data / "outbox.ndjson").write_text("")
    process = begin_service(tmp_path, settings)
    lines = [json.loads(line) for line in (data / "outbox.ndjson").read_text().splitlines()]
    assert [
        (each["command"]["verb"], each["command"]["account"]) for each in lines if each["type"] == "command"
    ] == [("block", "dr-a")]
    assert process.stop() == 0


def test_what_a_front_served_while_the_judge_was_away_is_judged_later(tmp_path: Path, signer: Signer) -> None:
    settings = settings_file(tmp_path, signer, 'when_down = "open"')
    data = tmp_path / "data"
    process = begin_service(tmp_path, settings, workers=2)
    try:
        client, token = Client(process.port), signer.token("dr-b", sid="b")
        say(process.port, data, "block", "closed")
        wait(lambda: client.decide("/fhir/Patient/0", token)[1]["x-rempart-action"] == "allow")
        supervisor = process.child.pid
        judge = children_of(supervisor)[0]
        os.kill(supervisor, signal.SIGSTOP)
        os.kill(judge, signal.SIGKILL)
        wait(lambda: client.decide("/fhir/Patient/1", token)[1]["x-rempart-action"] == "unjudged")
        for number in range(5):
            status, told = client.decide(f"/fhir/Patient/gap-{number}", token)
            assert (status, told["x-rempart-action"]) == (200, "unjudged")
            assert client.decide(f"/fhir/Patient/{number}", signer.token("x", aud="y"))[0] == 401
            assert client.decide(f"/fhir/Patient/{number}", signer.token("closed"))[0] == 403
        front = full_disks_of(supervisor)
        assert client.decide("/fhir/Patient/unnoted", token)[0] == 503
        full_disks_of(supervisor, resource.RLIM_INFINITY)
        assert client.decide("/fhir/Patient/noted", token)[0] == 200
        assert full_disks_of(supervisor, resource.RLIM_INFINITY) == front
        for path in data.glob("gap-*.frames"):
            with path.open("r+b") as file:
                file.seek(20)
                file.write(b"torn")
        os.kill(supervisor, signal.SIGCONT)
        wait(lambda: client.decide("/fhir/Patient/0", token)[1]["x-rempart-action"] == "allow")
        wait(lambda: not list(data.glob("gap-*.frames")))
    finally:
        os.kill(process.child.pid, signal.SIGCONT)
        assert process.stop() == 0
    question = "SELECT count(*), count(DISTINCT event) FROM ledger WHERE account = 'dr-b'"
    ((rows, events),) = connect(data).execute(question).fetchall()
    assert rows == events >= 8
    assert process.log.read_text().count("cannot be read") == len(list(data.glob("gap-*.torn"))) >= 1


def full_disks_of(supervisor: int, most: int = 0) -> list[int]:
    """Let the living children of a supervisor write no file further; the children."""
    living = [
        child for child in children_of(supervisor) if " Z" not in Path(f"/proc/{child}/stat").read_text()[:60]
    ]
    for child in living:
        resource.prlimit(child, resource.RLIMIT_FSIZE, (most, resource.RLIM_INFINITY))
    return living


def test_a_ledger_in_use_ends_the_service_with_one_line(tmp_path: Path, signer: Signer) -> None:
    settings = settings_file(tmp_path, signer)
    process = begin_service(tmp_path, settings)
    try:
        for workers in ("1", "2"):
            command = [*REMPART, "serve", "--data", str(tmp_path / "data"), "--settings", str(settings)]
            command += ["--listen", f"127.0.0.1:{free_port()}", "--workers", workers]
            done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
            assert done.returncode == 4, done.stderr
            assert done.stderr.count("\n") == 1
            assert "is being written by process" in done.stderr
    finally:
        process.stop()
