"""Acts on people's identities: signed into the manifest, found missing when taken away."""

from __future__ import annotations

from pathlib import Path

import pytest

from notice_case import make_ledger
from rempart.errors import LedgerError
from rempart.incident import case
from rempart.ledger.deeds import REIDENTIFIED, Change, add_deed, read_deeds, record_act
from rempart.ledger.folder import Folder
from rempart.ledger.journal import Journal
from rempart.ledger.seal import head
from rempart.ledger.verify import verify
from rempart.pipeline.casework import incidents_of

REASON = "letters to the patients of I0001"


def test_an_act_says_what_why_and_about_whom(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    record_act(tmp_path, REIDENTIFIED, REASON, "ab" * 32, 12, 1_772_000_000_000)
    [act] = read_deeds(tmp_path)
    assert (act.did, act.why, act.at_ms) == (REIDENTIFIED, REASON, 1_772_000_000_000)
    assert act.change == {"about": "ab" * 32, "count": 12}
    assert act.who
    assert verify(tmp_path).sound


@pytest.mark.parametrize("reason", ["", "   ", "because", ". . . . . . . . . . . ."])
def test_without_a_reason_nothing_is_recorded(tmp_path: Path, reason: str) -> None:
    make_ledger(tmp_path)
    with pytest.raises(LedgerError, match="no reason"):
        record_act(tmp_path, REIDENTIFIED, reason, "", 0, 0)
    assert read_deeds(tmp_path) == []


def test_without_a_ledger_there_is_no_act(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="no ledger"):
        record_act(tmp_path, REIDENTIFIED, REASON, "", 0, 0)


def test_an_act_taken_away_or_reworded_is_found(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    for number in range(3):
        record_act(tmp_path, REIDENTIFIED, REASON, "", number, number)
    manifest = Folder(tmp_path).manifest
    whole = manifest.read_bytes().splitlines(keepends=True)
    code = head(tmp_path).code
    for changed in ([whole[0], whole[2]], [whole[0], whole[1].replace(b"letters", b"lettres"), whole[2]]):
        manifest.write_bytes(b"".join(changed))
        assert not verify(tmp_path).sound
    manifest.write_bytes(b"".join(whole[:2]))
    assert not verify(tmp_path, code).sound
    manifest.write_bytes(b"".join(whole))
    assert verify(tmp_path, code).sound


def test_an_act_about_an_incident_stands_in_its_history_and_others_disturb_none(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    opening = case.opening("person", ["dr"], 0, 1)
    add_deed(tmp_path, 1, lambda _: Change("I0001", "officer", case.OPEN, "seen", opening))
    for incident in ("I0001", "I0077", None):
        record_act(tmp_path, REIDENTIFIED, REASON, "", 1, 2, incident)
    incidents = incidents_of(tmp_path)
    assert list(incidents) == ["I0001"]
    assert [deed.did for deed in incidents["I0001"].history] == ["open", REIDENTIFIED]
    assert [deed.did for deed in read_deeds(tmp_path)].count(REIDENTIFIED) == 3


def test_an_act_is_recorded_while_a_watch_writes(tmp_path: Path) -> None:
    make_ledger(tmp_path)
    journal = Journal.open(tmp_path)
    record_act(tmp_path, REIDENTIFIED, REASON, "", 1, 1)
    journal.close()
    assert len(read_deeds(tmp_path)) == 1
