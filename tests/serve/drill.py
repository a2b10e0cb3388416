"""The hospital of the drill: real nginx, provider, FHIR server and webhook, and the story of one hijacked account in it."""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlencode

from provider import PASSWORD
from world import (
    Client,
    Process,
    Receiver,
    begin,
    begin_fhir,
    begin_nginx,
    begin_service,
    desk,
    free_port,
)

THIEF_AT = ("127.0.0.2", 0)
MOST_GUESSES = 3


class Story(NamedTuple):
    """What was seen of one hijack. Counts are the FHIR server's."""

    taken: int
    """Different patients served to the thief before the challenge."""
    requests: int
    after: int
    """Patients served to the account between the challenge and the owner's return."""
    challenge: dict[str, str]
    """Headers, and ``status``, of the answer that stopped the thief."""
    answers: tuple[int, int, int]
    """To the thief and the owner while the account is closed, and to the stolen token after it was opened again."""
    to_refusal_s: float
    """From the word of the failed login, sent to the service, to the refusal."""
    to_closed_s: float
    """From the same to the account closed at the provider."""
    to_return_s: float
    """From the desk's word to the owner's first patient."""


class House:
    """Everything that runs in the drill's hospital."""

    def __init__(self, folder: Path, provider: Process) -> None:
        self.folder = folder
        self.provider = f"http://127.0.0.1:{provider.port}"
        self.hook = Receiver()
        for name, secret in (("client", "portal secret"), ("scim", "scim-token"), ("hook", "between-us")):
            path = folder / name
            path.write_text(secret)
            path.chmod(0o600)
        settings = folder / "settings.toml"
        settings.write_text(
            f"""
[serve]
fhir_base = "/fhir"
[provider]
issuer = "{self.provider}"
audiences = ["portal"]
algorithms = ["RS512"]
account_claims = ["sub"]
strong_acr = []
[contain]
dry_run = "no"
webhook_url = "{self.hook.url}"
webhook_secret_file = "{folder}/hook"
scim_url = "{self.provider}/scim/v2"
scim_token_file = "{folder}/scim"
revocation_url = "{self.provider}/oauth/revoke"
revocation_client = "portal"
revocation_secret_file = "{folder}/client"
"""
        )
        self.fhir = begin_fhir(folder)
        self.service = begin_service(folder, settings)
        self.nginx = begin_nginx(folder, self.service.port, self.fhir.port)

    def close(self) -> None:
        self.nginx.stop()
        assert self.service.stop() == 0
        self.fhir.stop()
        self.hook.close()

    def log_in(self, owner: str, password: str = PASSWORD) -> str:
        """A token from the provider, empty where it refuses."""
        form = {"grant_type": "password", "username": owner, "password": password, "scope": "openid"}
        request = urllib.request.Request(f"{self.provider}/oauth/token", urlencode(form).encode())
        request.add_header("Authorization", "Basic " + b64encode(b"portal:portal secret").decode())
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return str(json.load(answer)["access_token"])
        except urllib.error.HTTPError:
            return ""

    def served(self, owner: str) -> tuple[int, int]:
        """(different patients, requests) that the FHIR server has served to the account."""
        told = json.loads(Client(self.fhir.port).ask("/_served")[2])
        return told["served"].get(owner, 0), told["requests"].get(owner, 0)

    def say(self, path: str, said: dict[str, object]) -> None:
        status, _, _ = Client(self.service.port).ask(
            path, desk(self.folder / "data"), "POST", json.dumps(said).encode()
        )
        assert status == 200

    def fail_login(self, owner: str, number: int) -> float:
        """The thief guesses at the password; the provider refuses and says so in its audit log, which is told to the service. When."""
        assert self.log_in(owner, "a guess") == ""
        failed = {
            "resourceType": "AuditEvent",
            "id": f"login-{owner}-{number}",
            "type": {"code": "110114"},
            "subtype": [{"code": "110122"}],
            "recorded": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
            "outcome": "8",
            "agent": [
                {
                    "requestor": True,
                    "who": {"identifier": {"value": owner}},
                    "network": {"address": THIEF_AT[0], "type": "2"},
                }
            ],
        }
        begun = time.perf_counter()
        self.say("/events", failed)
        return begun

    def hijack(self, owner: str) -> Story:
        """A session stolen, robbed, challenged and closed, and its owner back at work; what was seen at the FHIR server."""
        seat = Client(self.nginx.port)
        thief = Client(
            self.nginx.port, http.client.HTTPConnection("127.0.0.1", self.nginx.port, source_address=THIEF_AT)
        )
        token = self.log_in(owner)
        issued_s = int(time.time())
        for number in range(10):
            assert seat.ask(f"/fhir/Patient/own-{number}", token)[0] == 200
        before = self.served(owner)
        challenge = rob(thief, token)
        at_challenge = self.served(owner)
        for number in range(MOST_GUESSES):
            said = self.fail_login(owner, number)
            refused = thief.ask("/fhir/Patient/5000", token)[0]
            if refused == 403:
                break
        to_refusal_s = time.perf_counter() - said
        of_owner = seat.ask("/fhir/Patient/5001", token)[0]
        until(lambda: self.log_in(owner) == "")
        to_closed_s = time.perf_counter() - said
        until(lambda: time.time() > issued_s + 1)  # A token tells the second it was issued in, no more.
        self.say("/accounts/reinstate", {"account": owner, "by": "desk-1"})
        begun = time.perf_counter()
        until(lambda: self.log_in(owner) != "")
        back = self.log_in(owner)
        at_return = self.served(owner)
        until(lambda: seat.ask("/fhir/Patient/own-1", back)[0] == 200)
        to_return_s = time.perf_counter() - begun
        old = thief.ask("/fhir/Patient/5002", token)[0]
        return Story(
            at_challenge[0] - before[0],
            at_challenge[1] - before[1],
            at_return[0] - at_challenge[0],
            challenge,
            (refused, of_owner, old),
            to_refusal_s,
            to_closed_s,
            to_return_s,
        )


def rob(thief: Client, token: str) -> dict[str, str]:
    """Page through the directory and open what it shows, until another answer than 200: its headers."""
    for page in range(80):
        targets = [f"/fhir/Patient?birthdate=1950-01-{page % 28 + 1:02d}&_count=20&_offset={page * 20}"]
        targets += [f"/fhir/Patient/{page * 20 + place}" for place in range(10)]
        for target in targets:
            status, told, _ = thief.ask(target, token)
            if status != 200:
                return told | {"status": str(status)}
    raise AssertionError("nobody stopped the thief")


def begin_provider(folder: Path) -> Process:
    """Canaille, listening."""
    port = free_port()
    script = Path(__file__).with_name("provider.py")
    return begin([sys.executable, str(script), str(port)], folder / "provider.log", "ready", port)


def until(true: Callable[[], bool], seconds: float = 10.0) -> None:
    """Wait until a call gives something true."""
    end = time.monotonic() + seconds
    while not true():
        assert time.monotonic() < end
        time.sleep(0.02)
