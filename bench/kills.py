"""``python -m bench.kills [ROUNDS]``: every part killed under load, and what came of it, counted.

Real nginx, service (two fronts, one judge), FHIR server and webhook receiver, each killed with SIGKILL or taken away in turn
while clients ask through nginx without pause, some of them for accounts that are closed. Before each kill one more account is
closed. Printed: how long nobody was served, what the FHIR server served to closed accounts, decisions told by nginx's log that
the ledger lacks or has otherwise, and commands that the receiver never had, or had under two ids. Ends with 1 where one of those is not 0.
"""

from __future__ import annotations

import http.client
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serve"))
from world import (
    REMPART,
    Client,
    Receiver,
    Signer,
    begin_fhir,
    begin_nginx,
    begin_service,
    children_of,
    desk,
    settings_file,
)

from rempart.ledger.query import connect

OPEN, CLOSED, CLIENTS, AWAY_S = 20, 5, 3, 0.5


class Staff(threading.Thread):
    """One client of nginx: asks for every account in turn, and keeps (begun, ended, account, status; 0 for no answer)."""

    def __init__(self, port: int, tokens: dict[str, str]) -> None:
        super().__init__(daemon=True)
        self._port, self._tokens, self.ending = port, tokens, threading.Event()
        self.answers: list[tuple[float, float, str, int]] = []

    def run(self) -> None:
        client, number = Client(self._port), 0
        while not self.ending.is_set():
            for account, token in list(self._tokens.items()):
                number += 1
                begun = time.perf_counter()
                try:
                    status = client.ask(f"/fhir/Patient/{number % 20}", token)[0]
                except (OSError, http.client.HTTPException):
                    status = 0
                    time.sleep(0.01)
                self.answers.append((begun, time.perf_counter(), account, status))


class House:
    """All parts, and how each is taken away and comes back."""

    def __init__(self, home: Path) -> None:
        self.home, self.data, self.hook = home, home / "data", Receiver()
        self.signer = Signer(home)
        secret = home / "secret"
        secret.write_text("between-us")
        secret.chmod(0o600)
        contain = f'dry_run = "no"\nwebhook_url = "{self.hook.url}"\nwebhook_secret_file = "{secret}"'
        self.settings = settings_file(home, self.signer, contain=contain)
        self.service = begin_service(home, self.settings, workers=2)
        self.fhir = begin_fhir(home)
        self.nginx = begin_nginx(home, self.service.port, self.fhir.port)
        self.parts: dict[str, Callable[[], None]] = {
            "a front": lambda: self.kill_child(1),
            "the judge": lambda: self.kill_child(0),
            "the whole service": self.kill_service,
            "nginx's worker": lambda: os.kill(children_of(self.nginx.child.pid)[0], signal.SIGKILL),
            "the FHIR server": self.kill_fhir,
            "the webhook's receiver": self.hang_up,
        }

    def kill_child(self, number: int) -> None:
        until(lambda: len(children_of(self.service.child.pid)) == 3)
        os.kill(children_of(self.service.child.pid)[number], signal.SIGKILL)

    def kill_service(self) -> None:
        self.service.kill()
        self.service = begin_service(self.home, self.settings, workers=2, port=self.service.port)

    def kill_fhir(self) -> None:
        self.fhir.kill()
        time.sleep(AWAY_S)
        self.fhir = begin_fhir(self.home, self.fhir.port)

    def hang_up(self) -> None:
        self.hook.down = True
        self.close_account("while the receiver is away")
        time.sleep(AWAY_S)
        self.hook.down = False

    def close_account(self, account: str) -> float:
        """Close one; when the service had said that it is closed."""
        said = json.dumps({"account": account, "by": "bench"}).encode()
        status, _, _ = Client(self.service.port).ask("/accounts/block", desk(self.data), "POST", said)
        assert status == 200
        return time.perf_counter()

    def stop(self) -> None:
        self.nginx.stop()
        self.fhir.stop()
        assert self.service.stop() == 0
        self.hook.close()


def until(true: Callable[[], bool], seconds: float = 60.0) -> None:
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)


def run(house: House, rounds: int) -> tuple[list[Staff], dict[str, float]]:
    """Kill each part some times under load; the clients with their answers, and since when each account is closed."""
    tokens = {f"open-{number}": house.signer.token(f"open-{number}") for number in range(OPEN)}
    tokens |= {f"shut-{number}": house.signer.token(f"shut-{number}") for number in range(CLOSED)}
    closed = {f"shut-{number}": house.close_account(f"shut-{number}") for number in range(CLOSED)}
    staff = [Staff(house.nginx.port, tokens) for _ in range(CLIENTS)]
    for each in staff:
        each.start()

    def served_since(moment: float) -> list[float]:
        return [
            ended
            for each in staff
            for begun, ended, _, status in each.answers[-500:]
            if status == 200 and begun > moment
        ]

    for number in range(rounds):
        for name, take_away in house.parts.items():
            late = f"late-{number}-{name.replace(' ', '-')}"
            tokens[late] = house.signer.token(late)
            until(lambda late=late: any(each.answers and each.answers[-1][2] == late for each in staff))
            closed[late] = house.close_account(late)
            begun = time.perf_counter()
            take_away()
            killed = time.perf_counter()
            until(lambda killed=killed: bool(served_since(killed)))
            print(
                f"{name} killed: served again {1e3 * (min(served_since(killed)) - begun):.0f} ms later",
                flush=True,
            )
            time.sleep(AWAY_S)
    for each in staff:
        each.ending.set()
        each.join(30)
    return staff, closed


def main() -> None:
    """Print the counts."""
    rounds = int(sys.argv[1]) if len(sys.argv) > 1 else 2
    with tempfile.TemporaryDirectory() as folder:
        house = House(Path(folder))
        staff, closed = run(house, rounds)
        given = [json.loads(line) for line in (house.data / "outbox.ndjson").read_text().splitlines()]
        keys = {line["command"]["key"] for line in given if line["type"] == "command"}
        until(lambda: keys <= {key for key, _ in house.hook.got})
        house.stop()
        answers = [each for one in staff for each in one.answers]
        served = sum(
            status == 200 and begun > closed.get(account, begun) for begun, _, account, status in answers
        )
        print(f"answers: {dict(sorted(Counter(status for *_, status in answers).items()))} (0: none came)")
        print(f"accounts closed {len(closed)}; served to them after that: {served}")
        log = next(house.home.glob("nginx-*/logs/access.ndjson")).read_text().splitlines()
        told = [(int(line["decision"]), line["action"]) for line in map(json.loads, log) if line["decision"]]
        kept = dict(
            connect(house.data).execute("SELECT number, action FROM ledger WHERE source = 'serve'").fetchall()
        )
        lost = sum(number not in kept for number, _ in told)
        other = sum(kept.get(number, action) != action for number, action in told)
        twice = len(told) - len({number for number, _ in told})
        print(
            f"decisions told by nginx {len(told):,}, in the ledger {len(kept):,}: lost {lost}, other {other}, told twice {twice}"
        )
        had = Counter(key for key, _ in house.hook.got)
        acts = Counter(
            (body["data"]["verb"], body["data"]["account"]) for body in dict(house.hook.got).values()
        )
        double = sum(count > 1 for count in acts.values())
        print(
            f"commands given {len(keys)}, had by the receiver {len(had)}: never {len(keys - had.keys())}, "
            f"under two ids {double}; sent again under the same id, which a receiver drops: {had.total() - len(had)}"
        )
        checked = subprocess.run(
            [*REMPART, "ledger", "verify", "--data", str(house.data)],
            capture_output=True,
            text=True,
            check=False,
        )
        print(f"ledger verify: {checked.returncode}")
        sys.exit(
            int(
                bool(
                    served
                    or lost
                    or other
                    or twice
                    or keys - had.keys()
                    or max(had.values()) > 1
                    or checked.returncode
                )
            )
        )


if __name__ == "__main__":
    main()
