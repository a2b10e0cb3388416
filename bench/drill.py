"""``python -m bench.drill [ACCOUNTS]``: how long a thief is still served after the decision to block.

Real nginx, service and FHIR server. Each account asks without pause through nginx while the desk blocks
it; timed is from sending the word to the first refusal that comes back (the decision lies in between, so
this is longer than the time from the decision). Also counted: requests begun after the block was
answered and served all the same, which must be none.
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


def main() -> None:
    """Print the figures."""
    accounts = int(sys.argv[1]) if len(sys.argv) > 1 else 100
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        signer = Signer(home)
        service = begin_service(home, settings_file(home, signer))
        fhir = begin_fhir(home)
        nginx = begin_nginx(home, service.port, fhir.port)
        key, door = desk(home / "data"), Client(service.port)
        waits, late = [], 0
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
                late += sum(status == 200 for begun, _, status in each.asked if begun > answered)
        for each in (nginx, fhir, service):
            each.stop()
    p50, p99, most = (1e3 * np.quantile(waits, q) for q in (0.5, 0.99, 1.0))
    print(
        f"{accounts:,} blocks, {len(waits):,} thieves: to the first refusal p50 {p50:.1f} ms, p99 {p99:.1f} ms, most {most:.1f} ms"
    )
    print(f"served after the block was answered: {late}")


if __name__ == "__main__":
    main()
