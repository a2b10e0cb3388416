"""The outbox survives what may happen to a file, and delivers in order, again, and once."""

from __future__ import annotations

import threading
import time
from pathlib import Path

import pytest

from rempart.contain import delivery as delivering
from rempart.contain.delivery import Delivery
from rempart.contain.outbox import COMPACT_LINES, Outbox
from rempart.errors import EffectorError, EffectorRefused, LedgerError
from rempart.records import Command

SECRET = b"k" * 32


def command(number: int, account: str = "dr-a", verb: str = "block", tokens: tuple[str, ...] = ()) -> Command:
    return Command(f"{verb}-{number}", verb, account, number, tokens=tokens)


def test_what_was_given_is_there_after_reopening(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    box = Outbox(path, SECRET)
    box.give(command(1, tokens=("token-1",)), ("a", "b"))
    box.give(command(2, "dr-b"), ("a",))
    box.done("block-1", "a", 5)
    box.close()
    assert path.stat().st_mode & 0o777 == 0o600
    assert b"token-1" not in path.read_bytes()
    again = Outbox(path, SECRET)
    assert [each.key for each in again.waiting("a")] == ["block-2"]
    assert [each.tokens for each in again.waiting("b")] == [("token-1",)]
    assert again.last["dr-a"].key == "block-1"
    assert again.given == 2
    again.close()
    other = Outbox(path, b"x" * 32)
    assert other.waiting("b")[0].tokens == ()
    other.close()


@pytest.mark.parametrize("cut", range(1, 60, 7))
def test_an_unfinished_line_is_cut(tmp_path: Path, cut: int) -> None:
    path = tmp_path / "outbox"
    box = Outbox(path, SECRET)
    box.give(command(1), ("a",))
    whole = path.read_bytes()
    box.give(command(2), ("a",))
    box.close()
    path.write_bytes(path.read_bytes()[:-cut])
    again = Outbox(path, SECRET)
    assert [each.key for each in again.waiting("a")] == ["block-1"]
    assert path.read_bytes() == whole
    again.give(command(3), ("a",))
    again.close()
    assert [each.key for each in Outbox(path, SECRET).waiting("a")] == ["block-1", "block-3"]


def test_a_damaged_line_is_said_and_nothing_is_dropped(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    path.write_bytes(b'{"type":"command"}\n')
    with pytest.raises(LedgerError, match="line 1"):
        Outbox(path, SECRET)


def test_a_long_file_is_shortened_to_what_matters(tmp_path: Path) -> None:
    path = tmp_path / "outbox"
    box = Outbox(path, SECRET)
    box.give(command(1, "waits"), ("a",))
    box.give(command(2, "closed"), ())
    box.give(Command("ended-3", "ended", "session-1", 77), ())
    lines = path.read_bytes()
    box.close()
    noise = b"".join(
        b'{"type":"command","command":{"key":"ask-%d","verb":"ask","account":"x","at_ms":1},"effectors":[],"place":%d}\n'
        % (n, n + 3)
        for n in range(COMPACT_LINES)
    )
    path.write_bytes(lines + noise)
    again = Outbox(path, SECRET)
    again.close()
    assert len(path.read_bytes().splitlines()) == 3
    kept = Outbox(path, SECRET)
    assert [each.key for each in kept.waiting("a")] == ["block-1"]
    assert kept.last["closed"].verb == "block"
    assert kept.ended == {"session-1": 77}


class Recorder:
    """An effector that fails as often as it is told."""

    name = "recorder"
    verbs = frozenset({"block", "reinstate"})

    def __init__(self) -> None:
        self.fails: dict[str, list[Exception]] = {}
        self.did: list[str] = []

    def carry_out(self, each: Command) -> None:
        if self.fails.get(each.key):
            raise self.fails[each.key].pop()
        self.did.append(each.key)


@pytest.fixture
def box(tmp_path: Path) -> Outbox:
    return Outbox(tmp_path / "outbox", SECRET)


def deliver(box: Outbox, effector: Recorder, monkeypatch: pytest.MonkeyPatch) -> tuple[Delivery, list[str]]:
    monkeypatch.setattr(delivering, "FIRST_WAIT_S", 0.01)
    said: list[str] = []
    delivery = Delivery(box, [effector], lambda: 5, said.append)
    delivery.start()
    return delivery, said


def until_empty(box: Outbox) -> None:
    end = time.monotonic() + 20
    while box.undelivered():
        assert time.monotonic() < end
        time.sleep(0.005)


def test_a_failure_is_tried_again_and_holds_back_its_own_account_only(
    box: Outbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    effector = Recorder()
    effector.fails = {"block-1": [EffectorError("away")] * 3, "block-4": [EffectorRefused("no such account")]}
    delivery, said = deliver(box, effector, monkeypatch)
    delivery.give(command(1))
    delivery.give(command(2, verb="reinstate"))
    delivery.give(command(3, "dr-b"))
    delivery.give(command(4, "dr-c"))
    until_empty(box)
    delivery.close()
    assert effector.did.index("block-1") < effector.did.index("reinstate-2")
    assert effector.did.index("block-3") < effector.did.index("block-1")
    assert sorted(effector.did) == ["block-1", "block-3", "reinstate-2"]
    assert delivery.failed["recorder"] == 4
    assert len(said) == 4


def test_verbs_an_effector_does_not_know_pass_it_by(box: Outbox, monkeypatch: pytest.MonkeyPatch) -> None:
    effector = Recorder()
    delivery, _ = deliver(box, effector, monkeypatch)
    delivery.give(command(1, verb="ask"))
    delivery.give(command(2))
    until_empty(box)
    delivery.close()
    assert effector.did == ["block-2"]
    assert threading.active_count() < 20
