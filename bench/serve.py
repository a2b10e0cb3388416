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
from world import (
    Process,
    Signer,
    begin_fhir,
    begin_nginx,
    begin_service,
    children_of,
    free_port,
    settings_file,
)

from bench.load import LINES, flat_out, steady

ACCOUNTS, PATIENTS, RATE = 20_000, 200_000, 2_000
TURNS = 9
"""How often plain and asked take turns."""


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


PLAIN = """
location /plain/ {
    proxy_pass http://fhir/;
    proxy_http_version 1.1;
    proxy_set_header Connection "";
}
"""
"""The same upstream, nobody asked."""


def through_nginx(
    home: Path, service: Process, behind: Process, requests: list[bytes], seconds: float, what: str
) -> None:
    """Print requests a second through nginx with the service asked and without, in turns."""
    nginx = begin_nginx(home, service.port, behind.port, PLAIN)
    bare = [request.replace(b" /fhir/", b" /plain/fhir/", 1) for request in requests]
    rates: dict[str, list[float]] = {"asked": [], "plain": []}
    costs: dict[str, list[list[float]]] = {"asked": [], "plain": []}
    waits: dict[str, list[float]] = {"asked": [], "plain": []}
    flat_out(nginx.port, requests, 0.5)
    for name in ("plain", "asked") * TURNS:
        before = [cpu_seconds(each) for each in (nginx, service, behind)]
        result = flat_out(nginx.port, requests if name == "asked" else bare, seconds / TURNS)
        after = [cpu_seconds(each) for each in (nginx, service, behind)]
        assert set(result.codes) <= {200, 401, 403}, result.codes
        rates[name].append(result.rate)
        costs[name].append([1e6 * (b - a) / result.seconds.size for a, b in zip(before, after, strict=True)])
        waits[name].append(1e3 * float(np.quantile(result.seconds, 0.99)))
    nginx.stop()
    asked, unasked = (float(np.median(rates[name])) for name in ("asked", "plain"))
    spent = {name: float(np.median(np.sum(costs[name], axis=1))) for name in costs}
    print(
        f"through nginx to {what}: {asked:,.0f}/s asked, {unasked:,.0f}/s plain, ratio {asked / unasked:.2f}; "
        f"p99 {np.median(waits['asked']):.1f} and {np.median(waits['plain']):.1f} ms with {LINES} in flight; "
        f"processor time {spent['asked']:.0f} and {spent['plain']:.0f} µs a request, "
        f"ratio {spent['plain'] / spent['asked']:.2f}"
    )
    for name in ("asked", "plain"):
        parts = np.median(costs[name], axis=0)
        print(f"  {name}: nginx {parts[0]:.0f}, service {parts[1]:.0f}, server behind {parts[2]:.0f} µs")


def cpu_seconds(*processes: Process) -> float:
    """Processor time that processes and their children have used so far."""
    ticks = 0
    for process in processes:
        for pid in (process.child.pid, *children_of(process.child.pid)):
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
    return ticks / os.sysconf("SC_CLK_TCK")


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
                result = steady(service.port, questions, RATE)
                cost = 1e6 * (cpu_seconds(service) - before) / result.seconds.size
                p50, p99, most = (1e3 * np.quantile(result.seconds, q) for q in (0.5, 0.99, 1.0))
                print(
                    f"decision at {RATE:,}/s, {name}: p50 {p50:.2f} ms, p99 {p99:.2f} ms, most {most:.1f} ms "
                    f"{result.codes}"
                )
                print(
                    f"  processor time {cost:.0f} µs a question, so at most {1e6 / cost:,.0f}/s on a core of its own"
                )
            print(f"decisions flat out: {flat_out(service.port, questions, seconds / 2).rate:,.0f}/s")
            quick = begin_quick(home)
            through_nginx(home, service, quick, requests, seconds, "a server that answers at once")
            quick.stop()
            fhir = begin_fhir(home)
            through_nginx(home, service, fhir, requests, seconds, "the tests' FHIR server")
            fhir.stop()
        finally:
            service.stop()


if __name__ == "__main__":
    main()
