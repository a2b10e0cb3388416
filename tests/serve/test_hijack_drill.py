"""The drill: a stolen session, real nginx, provider, FHIR server and webhook; from the first page to the owner back at work."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from drill import House, begin_provider, until
from provider import STAFF


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    provider = begin_provider(tmp_path)
    house = House(tmp_path, provider)
    yield house
    house.close()
    provider.stop()


def test_hijacked_accounts_are_stopped_and_their_owners_come_back(house: House) -> None:
    for owner in STAFF:
        story = house.hijack(owner)
        assert story.challenge["status"] == "401"
        assert "insufficient_user_authentication" in story.challenge["www-authenticate"]
        assert 0 < story.taken < 1_000
        assert story.after == 0
        assert story.answers == (403, 403, 401)
    told = ["rempart.account.block", "rempart.account.reinstate"] * len(STAFF)
    until(lambda: house.hook.kinds() == told)
    log = next(house.folder.glob("nginx-*/logs/access.ndjson")).read_text()
    lines = [json.loads(line) for line in log.splitlines()]
    assert all(line["decision"] for line in lines if line["status"] == 200)
    for secret in (*STAFF, "eyJ"):
        assert secret not in log
