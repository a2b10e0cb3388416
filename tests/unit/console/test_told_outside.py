"""What the owner's page and the messages of commands say: never what would warn a thief of the house's traps."""

from __future__ import annotations

import asyncio
import json
import re
from base64 import urlsafe_b64decode
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import msgspec
import pytest

from rempart import language
from rempart.canary.decoy import Decoy
from rempart.canary.register import write_register
from rempart.console.connection import Request
from rempart.console.judges import Questions
from rempart.console.judging import Judging
from rempart.console.key_ring import KeyRing
from rempart.console.metrics import Metrics
from rempart.console.owner_link import MAC_BYTES, OwnerLink, make_link
from rempart.console.plan import Plan, wall_ms
from rempart.console.rooms import Rooms
from rempart.ledger.keys import Keys
from rempart.pipeline.serving import Answer, Asked
from rempart.records import Access, Kind
from rempart.settings import load
from rempart.sources.token import Trust
from rempart.watch.reasons import DECOY, REASONS

KEY = b"k" * 32
CODES = [number for number, each in enumerate(REASONS) if each.code in ("decoy", "tip_off", "crew")]


def page_of(link: str) -> str:
    """The page behind a link, as a browser gets it."""
    ring = KeyRing(load(None).provider, lambda: 0.0, print)
    rooms = Rooms(None, ring, Trust("", (), (), (), ()), Metrics(0), "desk", KEY, lambda: 0.0)  # type: ignore[arg-type]
    split = urlsplit(link)
    told: list[bytes] = []
    request = Request("GET", f"{split.path}?{split.query}", [], b"", "")
    asyncio.run(rooms.answer(request, told.append))
    return told[0].decode()


@pytest.mark.parametrize("code", CODES)
@pytest.mark.parametrize("tongue", ["en", "fr"])
def test_the_page_never_names_a_trap(code: int, tongue: str) -> None:
    """Nor of a link that was made before links left it out."""
    language.set_language(tongue)
    try:
        page = page_of(
            make_link("https://x.example", KEY, OwnerLink("a", 1, 99, ((code, 1, -1), (1, 71, 12))))
        )
        assert language.gettext(REASONS[code].text) not in page
        said = re.findall(r"<li>(.*)</li>", page)
        assert len(said) == 2
        assert "71" in said[1]
    finally:
        language.set_language("en")


def test_whoever_opens_a_decoy_is_asked_without_being_told_so(tmp_path: Path) -> None:
    """Neither the message, nor the link (which anybody can decode), nor the page behind it."""
    settings = tmp_path / "rempart.toml"
    settings.write_text('[serve]\npublic_url = "https://staff.example"\n')
    data = tmp_path / "data"
    plan = Plan.make(data, load(settings), True, print)
    person = ("A", "B", "1980-01-01", "F", "0199000001", "a@b.example", "1 rue", "75001", "Paris")
    write_register(
        data, Keys.open(data, create=False).cipher_key, [Decoy("D0001", "dec0y", *person, "2026-01-01")]
    )
    judging = Judging(plan)
    try:
        access = Access(
            "serve", 0, 0, "e1", int(Kind.ACCESS), wall_ms(), "owner", "", "doctor", "", "10.0.0.1", "sw", "s1", "",
            "R", -1, "Patient", ("dec0y",), False, -1, -1, "", 0, 0,
        )  # fmt: skip
        (verdict,) = judging.bench.take(Questions([Asked(access, "sub", 1, -1, "", "")]))
    finally:
        judging.close()
    assert verdict.answer == Answer.CHALLENGE
    told = (data / "outbox.ndjson").read_text()
    assert "decoy" not in told
    (command,) = [each["command"] for each in map(json.loads, told.splitlines()) if each["type"] == "command"]
    assert command["verb"] == "ask"
    assert command["reasons"]
    field = parse_qs(urlsplit(command["link"]).query)["t"][0]
    body = urlsafe_b64decode(field + "=" * (-len(field) % 4))[MAC_BYTES:]
    link = msgspec.msgpack.decode(body, type=OwnerLink)
    assert link.reasons
    assert DECOY not in [code for code, _seen, _usual in link.reasons]
