"""``python -m bench.drill [ACCOUNTS]``: the hijack drill, counted at the FHIR server.

Real nginx (the files of ``deploy/``), decision service, provider (canaille) and FHIR server, each a process. First thefts nobody
reports: a session is stolen and robbed until the service challenges it; the guess at the password fails; the account is closed at the
provider; its owner is back at work after reinstatement. Then, for each of ACCOUNTS accounts, three thieves ask without pause while the
desk closes it: timed is from sending the word to the last refusal that had to come (the decision lies in between, so this is
longer than the time from the decision). Served after the word was answered must be nothing.
"""

from __future__ import annotations

import json
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serve"))
from drill import House, begin_provider
from provider import STAFF
from world import Client, Signer, begin_fhir, begin_nginx, begin_service, desk, settings_file


class Thief(threading.Thread):
    """Reads one patient after the other until refused; keeps (begun, ended, status)."""

    def __init__(self, port: int, token: str) -> None:
        super().__init__(daemon=True)
        self._client, self._token = Client(port), token
        self.asked: list[tuple[float, float, int]] = []

    def run(self) -> None:
        for number in range(5_000):
            begun = time.perf_counter()
            status, _, _ = self._client.ask(f"/fhir/Patient/{number}", self._token)
            self.asked.append((begun, time.perf_counter(), status))
            if status == 403:
                return


def hijacks(home: Path) -> None:
    """Every account of the provider stolen in turn: what the thief was served, and when the owner is back."""
    provider = begin_provider(home)
    house = House(home, provider)
    for owner in STAFF:
        story = house.hijack(owner)
        print(
            f"hijack of {owner}: the FHIR server served the thief {story.taken} patients in {story.requests} requests "
            f"before the challenge, {story.after} after it"
        )
        print(
            f"  provider's word of the failed login to the refusal {1e3 * story.to_refusal_s:.0f} ms; closed at the provider "
            f"after {1e3 * story.to_closed_s:.0f} ms; owner at work {1e3 * story.to_return_s:.0f} ms after the desk's word; "
            f"stolen token refused ({story.answers[2]})"
        )
    house.close()
    provider.stop()


def blocks(home: Path, accounts: int) -> None:
    """Print the times from the desk's word to the last answer of every thief."""
    signer = Signer(home)
    service = begin_service(home, settings_file(home, signer))
    fhir = begin_fhir(home)
    nginx = begin_nginx(home, service.port, fhir.port)
    key, door = desk(home / "data"), Client(service.port)
    waits, late, served = [], 0, 0
    for number in range(accounts):
        thieves = [Thief(nginx.port, signer.token(f"a{number}", sid="s")) for _ in range(3)]
        for each in thieves:
            each.start()
        while not all(each.asked for each in thieves):
            time.sleep(0.001)
        said = json.dumps({"account": f"a{number}", "by": "bench"}).encode()
        sent = time.perf_counter()
        status, _, _ = door.ask("/accounts/block", key, "POST", said)
        answered = time.perf_counter()
        assert status == 200
        for each in thieves:
            each.join()
            waits.append(each.asked[-1][1] - sent)
            served += sum(status == 200 for _, _, status in each.asked)
            late += sum(status == 200 for begun, _, status in each.asked if begun > answered)
    counted = json.loads(Client(fhir.port).ask("/_served")[2])["requests"]
    for process in (nginx, fhir, service):
        process.stop()
    p50, p99, most = (1e3 * np.quantile(waits, q) for q in (0.5, 0.99, 1.0))
    print(
        f"{accounts:,} blocks, {len(waits):,} thieves: from the desk's word to the refusal p50 {p50:.1f} ms, p99 {p99:.1f} ms, "
        f"most {most:.1f} ms (aim: p99 250 ms)"
    )
    at_fhir = sum(counted.get(f"a{number}", 0) for number in range(accounts))
    print(
        f"requests served to them {served:,}, counted at the FHIR server {at_fhir:,}; begun after the word was answered: {late}"
    )


def main() -> None:
    """Print the figures."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as first, tempfile.TemporaryDirectory() as second:
        hijacks(Path(first))
        blocks(Path(second), accounts)


if __name__ == "__main__":
    main()
