"""The drill: a stolen session, real nginx, provider, FHIR server and webhook; from the first page to the owner back at work."""

from __future__ import annotations

import http.client
import json
import sys
import time
import urllib.error
import urllib.request
from base64 import b64encode
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
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

OWNER = "dr-martin"
THIEF_AT = ("127.0.0.2", 0)


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

    def log_in(self, password: str = "correct horse") -> str:
        """A token from the provider, empty where it refuses."""
        form = {"grant_type": "password", "username": OWNER, "password": password, "scope": "openid"}
        request = urllib.request.Request(f"{self.provider}/oauth/token", urlencode(form).encode())
        request.add_header("Authorization", "Basic " + b64encode(b"portal:portal secret").decode())
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:
                return str(json.load(answer)["access_token"])
        except urllib.error.HTTPError:
            return ""

    def served(self) -> int:
        """Different patients the FHIR server has served to the account."""
        return int(json.loads(Client(self.fhir.port).ask("/_served")[2])["served"].get(OWNER, 0))

    def say(self, path: str, said: dict[str, object]) -> None:
        status, _, _ = Client(self.service.port).ask(
            path, desk(self.folder / "data"), "POST", json.dumps(said).encode()
        )
        assert status == 200


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    port = free_port()
    script = Path(__file__).with_name("provider.py")
    provider = begin([sys.executable, str(script), str(port)], tmp_path / "provider.log", "ready", port)
    house = House(tmp_path, provider)
    yield house
    house.close()
    provider.stop()


def until(true: object, seconds: float = 10.0) -> None:
    """Wait until a call gives something true."""
    end = time.monotonic() + seconds
    while not true():  # type: ignore[operator]
        assert time.monotonic() < end
        time.sleep(0.02)


def test_a_hijacked_account_is_stopped_and_its_owner_comes_back(house: House) -> None:
    owner = Client(house.nginx.port)
    thief = Client(
        house.nginx.port, http.client.HTTPConnection("127.0.0.1", house.nginx.port, source_address=THIEF_AT)
    )
    token = house.log_in()
    for number in range(10):
        assert owner.ask(f"/fhir/Patient/own-{number}", token)[0] == 200
    before = house.served()

    def robbing() -> tuple[int, dict[str, str]]:
        for page in range(80):
            targets = [f"/fhir/Patient?birthdate=1950-01-{page % 28 + 1:02d}&_count=20&_offset={page * 20}"]
            targets += [f"/fhir/Patient/{page * 20 + place}" for place in range(10)]
            for target in targets:
                status, told, _ = thief.ask(target, token)
                if status != 200:
                    return status, told
        raise AssertionError("nobody stopped the thief")

    status, told = robbing()
    assert status == 401
    assert "insufficient_user_authentication" in told["www-authenticate"]
    taken = house.served() - before
    assert 0 < taken < 1_000
    assert house.log_in("a guess") == ""
    failed = {
        "resourceType": "AuditEvent",
        "id": "login-1",
        "type": {"code": "110114"},
        "subtype": [{"code": "110122"}],
        "recorded": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "outcome": "8",
        "agent": [
            {
                "requestor": True,
                "who": {"identifier": {"value": OWNER}},
                "network": {"address": "127.0.0.2", "type": "2"},
            }
        ],
    }
    house.say("/events", failed)
    assert thief.ask("/fhir/Patient/5000", token)[0] == 401
    house.say("/events", failed | {"id": "login-2"})
    assert thief.ask("/fhir/Patient/5000", token)[0] == 403
    assert owner.ask("/fhir/Patient/5001", token)[0] == 403
    assert house.served() - before == taken
    until(lambda: house.log_in() == "")
    until(lambda: "rempart.account.block" in house.hook.kinds())
    house.say("/accounts/reinstate", {"account": OWNER, "by": "desk-1"})
    until(lambda: house.log_in() != "")
    back = house.log_in()
    until(lambda: owner.ask("/fhir/Patient/own-1", back)[0] == 200)
    assert thief.ask("/fhir/Patient/5002", token)[0] == 401
    assert house.served() - before == taken
    assert house.hook.kinds() == ["rempart.account.block", "rempart.account.reinstate"]
    log = next(house.folder.glob("nginx-*/logs/access.ndjson")).read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert all(line["decision"] for line in lines if line["status"] == 200)
    assert OWNER not in log
    assert token[:40] not in log
