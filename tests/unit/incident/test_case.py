"""An incident is what the deeds about it add up to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from rempart.errors import LedgerError
from rempart.incident import case


@dataclass(frozen=True)
class Told:
    incident: str
    did: str
    change: dict[str, Any] = field(default_factory=dict)
    at_ms: int = 5
    who: str = "a person"
    why: str = "because"


def opened(name: str, *accounts: str, start: int = 100, end: int = 200, aware: int | None = None) -> Told:
    return Told(name, case.OPEN, case.opening("detector", accounts, start, end, aware_ms=aware))


def test_an_opening_makes_a_suspected_incident() -> None:
    one = case.add_up([opened("I0001", "b", "a")])["I0001"]
    assert (one.state, one.accounts, one.from_ms, one.to_ms) == ("suspected", ("a", "b"), 100, 200)
    assert one.aware_ms is None
    assert [deed.did for deed in one.history] == ["open"]


def test_an_extension_widens_and_never_narrows() -> None:
    wider = Told("I0001", case.EXTEND, case.opening("detector", ["b"], 150, 300))
    one = case.add_up([opened("I0001", "a"), wider])["I0001"]
    assert (one.accounts, one.from_ms, one.to_ms) == (("a", "b"), 100, 300)


def test_states_follow_each_other_and_awareness_is_the_first() -> None:
    told = [
        opened("I0001", "a"),
        Told("I0001", case.STATE, {"state": "confirmed", "aware_ms": 7}, at_ms=7),
        Told("I0001", case.STATE, {"state": "contained", "aware_ms": 9}, at_ms=9),
    ]
    one = case.add_up(told)["I0001"]
    assert (one.state, one.aware_ms) == ("contained", 7)
    assert len(one.history) == 3


def test_a_note_is_kept_and_changes_nothing_else() -> None:
    before = case.add_up([opened("I0001", "a")])["I0001"]
    after = case.add_up([opened("I0001", "a"), Told("I0001", case.NOTE, why="the owner was on leave")])[
        "I0001"
    ]
    assert [note.why for note in after.notes] == ["the owner was on leave"]
    assert (after.state, after.accounts) == (before.state, before.accounts)


def test_a_merged_incident_points_to_the_one_that_has_it() -> None:
    told = [opened("I0001", "a"), opened("I0002", "b", start=50, end=120, aware=3)]
    found = case.add_up(told)
    told.append(Told("I0001", case.MERGE, case.merging(found["I0001"], found["I0002"])))
    found = case.add_up(told)
    assert (found["I0001"].accounts, found["I0001"].from_ms, found["I0001"].aware_ms) == (("a", "b"), 50, 3)
    assert found["I0002"].into == "I0001"
    with pytest.raises(LedgerError, match="merged into I0001"):
        case.merging(found["I0001"], found["I0002"])


def test_a_split_and_a_merge_give_the_same_accounts_and_period_back() -> None:
    told = [opened("I0001", "a", "b", "c")]
    whole = case.add_up(told)["I0001"]
    left, gone = case.splitting(whole, ["b"])
    told += [Told("I0002", case.OPEN, gone), Told("I0001", case.SPLIT, left)]
    found = case.add_up(told)
    assert (found["I0001"].accounts, found["I0002"].accounts) == (("a", "c"), ("b",))
    told.append(Told("I0001", case.MERGE, case.merging(found["I0001"], found["I0002"])))
    again = case.add_up(told)["I0001"]
    assert (again.accounts, again.from_ms, again.to_ms) == (whole.accounts, whole.from_ms, whole.to_ms)


@pytest.mark.parametrize("accounts", [["z"], [], ["a", "b"]])
def test_a_split_that_leaves_a_side_empty_is_refused(accounts: list[str]) -> None:
    whole = case.add_up([opened("I0001", "a", "b")])["I0001"]
    with pytest.raises(LedgerError):
        case.splitting(whole, accounts)


def test_a_deed_about_an_incident_nobody_opened_is_refused() -> None:
    with pytest.raises(LedgerError, match="nobody opened"):
        case.add_up([Told("I0009", case.NOTE)])


def test_an_unknown_name_says_which_there_are() -> None:
    found = case.add_up([opened("I0001", "a")])
    assert case.find(found, " i0001 ").id == "I0001"
    with pytest.raises(LedgerError, match="I0001"):
        case.find(found, "I0007")
