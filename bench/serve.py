"""``python -m bench.serve [SECONDS]``: the decision service at 2,000 questions/s, and what it costs nginx.

Traffic of 20,000 accounts (a token each) and 200,000 patients, ten searches in a hundred. Prints the
time to an answer at a steady rate, the rate flat out, and the throughput through nginx with the service
asked, beside plain proxying in the same run: once to a server that answers at once (nginx itself) and once to the small FHIR server of
the tests.
"""

from __future__ import annotations

import os
import random
import sys
import tempfile
import time
from pathlib import Path

import numpy as np

sys.path.insert(0, str(Path(__file__).parents[1] / "tests" / "serve"))
from world import Process, Signer, begin_fhir, begin_nginx, begin_service, free_port, settings_file

from bench.load import flat_out, steady

ACCOUNTS, PATIENTS, RATE = 20_000, 200_000, 2_000


def traffic(signer: Signer, count: int, accounts: int) -> tuple[list[bytes], list[bytes]]:
    """Questions as nginx asks them, and the requests they are about."""
    chance = random.Random(1)
    tokens = [signer.token(f"account-{number}", exp=int(time.time()) + 7_200) for number in range(accounts)]
    questions, requests = [], []
    for _ in range(count):
        token = tokens[chance.randrange(accounts)]
        target = f"/fhir/Patient/{chance.randrange(PATIENTS)}"
        if chance.random() < 0.1:
            target = f"/fhir/Patient?name=a{chance.randrange(99)}&_count=20"
        elif chance.random() < 0.4:
            target = f"/fhir/Observation?patient={chance.randrange(PATIENTS)}"
        common = f"Host: x\r\nUser-Agent: bench\r\nAuthorization: Bearer {token}\r\n\r\n"
        questions.append(
            f"GET /decide HTTP/1.1\r\nX-Original-URI: {target}\r\nX-Original-Method: GET\r\n{common}".encode()
        )
        requests.append(f"GET {target} HTTP/1.1\r\n{common}".encode())
    return questions, requests


def plain(fhir_port: int, fast: bool) -> str:
    """More locations for the nginx of the tests: the same upstream without a question, or a fixed answer."""
    if fast:
        return "location /quick { return 200 '{}'; }"
    return f"location /plain/ {{ proxy_pass http://127.0.0.1:{fhir_port}/; }}"


def through_nginx(
    home: Path, service: Process, fhir_port: int, requests: list[bytes], seconds: float
) -> tuple[float, float]:
    """(asked, plain) requests a second through nginx, plain first and last, the better of it."""
    nginx = begin_nginx(home, service.port, fhir_port, PLAIN)
    bare = [request.replace(b"GET /fhir/", b"GET /plain/fhir/") for request in requests]
    first, _ = flat_out(nginx.port, bare, seconds)
    asked, codes = flat_out(nginx.port, requests, seconds)
    last, _ = flat_out(nginx.port, bare, seconds)
    nginx.stop()
    assert set(codes) <= {b"200", b"401"}, codes
    return asked, max(first, last)


PLAIN = """
location /plain/ {
    proxy_pass http://fhir/;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
}
"""


def cpu_seconds(process: Process) -> float:
    """Processor time a process has used so far."""
    fields = Path(f"/proc/{process.child.pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def begin_quick(home: Path) -> Process:
    """An nginx that answers at once, in place of a FHIR server."""
    return begin_nginx(
        home, free_port(), free_port(), "location /fhir/ { return 200 '{}'; }".replace("/fhir/", "~ ^/fhir/")
    )


def main() -> None:
    """Print one line a figure."""
    seconds = float(sys.argv[1]) if len(sys.argv) > 1 else 10.0
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        signer = Signer(home)
        settings = settings_file(home, signer)
        questions, requests = traffic(signer, int(RATE * seconds), ACCOUNTS)
        service = begin_service(home, settings)
        try:
            for name in ("first sight of tokens", "tokens known"):
                before = cpu_seconds(service)
                taken, codes = steady(service.port, questions, RATE)
                cost = 1e6 * (cpu_seconds(service) - before) / len(taken)
                p50, p99, most = (1e3 * np.quantile(taken, q) for q in (0.5, 0.99, 1.0))
                print(
                    f"decision at {RATE:,}/s, {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms, most {most:.1f} ms {codes}"
                )
                print(
                    f"  processor time {cost:.0f} µs a question, so at most {1e6 / cost:,.0f}/s on a core of its own"
                )
            rate, _ = flat_out(service.port, questions, seconds / 2)
            print(f"decisions flat out: {rate:,.0f}/s")
            quick = begin_quick(home)
            asked, bare = through_nginx(home, service, quick.port, requests, seconds / 2)
            print(
                f"through nginx to a server that answers at once: {asked:,.0f}/s, plain {bare:,.0f}/s, ratio {asked / bare:.2f}"
            )
            quick.stop()
            fhir = begin_fhir(home)
            asked, bare = through_nginx(home, service, fhir.port, requests, seconds / 2)
            print(
                f"through nginx to the tests' FHIR server: {asked:,.0f}/s, plain {bare:,.0f}/s, ratio {asked / bare:.2f}"
            )
            fhir.stop()
        finally:
            service.stop()


if __name__ == "__main__":
    main()
