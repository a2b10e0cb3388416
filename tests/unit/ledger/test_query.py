from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from synthetic_ledger import PEOPLE, START_MS, make_frame

from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.framing import journal_files
from rempart.ledger.query import PLAIN, Question, connect, history, pseudonym_of, recall_decision
from rempart.records import MISSING_MS

ROWS = 105
EVENTS, _ = make_frame(ROWS)


def numbers(data: Path, **asked: object) -> list[int]:
    return history(data, Question(**asked))["number"].to_pylist()  # type: ignore[arg-type]


def test_everything_in_order_sealed_or_not(sealed: Path) -> None:
    table = history(sealed, Question())
    assert table.schema.equals(PLAIN)
    assert table["number"].to_pylist() == list(range(ROWS))


def test_by_account(sealed: Path) -> None:
    expected = [n for n in range(ROWS) if n % 5 == 3]
    assert numbers(sealed, account="account-1") == expected
    assert numbers(sealed, account="nobody") == []
    assert numbers(sealed, account="' OR true --") == []


@pytest.mark.parametrize("person", [0, 7, 39])
def test_by_patient(sealed: Path, person: int) -> None:
    patient = int(PEOPLE[person])
    expected = [n for n in range(ROWS) if person in ((3 * n) % 40, (3 * n + 1) % 40)]
    assert numbers(sealed, patient=patient) == expected
    assert numbers(sealed, patient=5) == []


def test_by_period_and_everything_together(sealed: Path) -> None:
    since, until = START_MS + 38_000, START_MS + 95_000
    assert numbers(sealed, since_ms=since, until_ms=until) == list(range(38, 95))
    assert numbers(sealed, since_ms=START_MS + 104_000) == [104]
    assert numbers(sealed, until_ms=START_MS) == []
    person = int(PEOPLE[9])
    both = [n for n in numbers(sealed, patient=person) if 38 <= n < 95 and n % 5 == 3]
    assert both
    assert numbers(sealed, patient=person, account="account-1", since_ms=since, until_ms=until) == both


@pytest.mark.parametrize("seal", [True, False])
def test_the_unattributed_and_the_untimed_are_found_as_such(
    open_ledger: Callable[..., Ledger], tmp_path: Path, seal: bool
) -> None:
    frame, decisions = make_frame(3)
    frame.rows["source"] = -1
    frame.rows["account"] = (-1, 0, -1)
    frame.rows["recorded_ms"] = (START_MS, START_MS + 5, MISSING_MS)
    with open_ledger() as ledger:
        names = [("account", 0, "account-0")]
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events, names)
        ledger.flush()
        if seal:
            ledger.seal()
    data = tmp_path / "data"
    assert numbers(data, account="") == [0, 2]
    assert numbers(data, account="account-0") == [1]
    assert numbers(data, since_ms=START_MS - 1) == [0, 1]
    assert numbers(data, until_ms=START_MS + 5) == [0]
    assert numbers(data, until_ms=2**62 // 1000) == [0, 1]


def test_the_view_answers_sql(sealed: Path) -> None:
    connection = connect(sealed)
    counted = connection.execute("SELECT account, count(*) FROM ledger GROUP BY 1 ORDER BY 1").fetchall()
    assert counted == [(f"account-{n}", 21) for n in range(5)]
    asked = "SELECT count(*) FROM ledger WHERE list_contains(patients, ?::UBIGINT)"
    patient = int(PEOPLE[7])
    assert connection.execute(asked, [str(patient)]).fetchone() == (len(numbers(sealed, patient=patient)),)


def test_a_clear_identifier_finds_its_pseudonym(sealed: Path, open_ledger: Callable[..., Ledger]) -> None:
    with open_ledger() as ledger:
        frame, decisions = make_frame(1, ROWS)
        frame.patients[:] = pseudonym_of(sealed, "synthetic-patient-1")
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events)
    assert numbers(sealed, patient=pseudonym_of(sealed, "synthetic-patient-1")) == [ROWS]


def test_a_torn_end_is_not_seen(sealed: Path) -> None:
    last = journal_files(sealed / "ledger" / "journal")[-1]
    last.write_bytes(last.read_bytes()[:-3])
    assert numbers(sealed) == list(range(100))


def test_a_seal_in_the_middle_of_a_query_is_taken_again(
    sealed: Path, open_ledger: Callable[..., Ledger], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The journal is sealed and dropped between the reading of the manifest and of the journal."""
    from rempart.ledger import query

    read, done = query.read_lines, []

    def read_then_seal(folder: object) -> object:
        lines = read(folder)  # type: ignore[arg-type]
        if not done:
            done.append(ledger.seal())
            ledger.drop_sealed_journals(ledger.last_seq)
        return lines

    with open_ledger() as ledger:
        monkeypatch.setattr(query, "read_lines", read_then_seal)
        assert numbers(sealed) == list(range(ROWS))
    assert done


def test_a_missing_segment_is_an_error_not_a_gap(sealed: Path) -> None:
    (sealed / "ledger" / "segments" / "00000001.parquet").unlink()
    with pytest.raises(LedgerError, match="verify"):
        numbers(sealed)
    with pytest.raises(LedgerError, match="verify"):
        numbers(sealed, patient=int(PEOPLE[7]))
    path = sealed / "ledger" / "segments" / "00000001.parquet"
    path.write_bytes(b"PAR1 this is none PAR1")
    with pytest.raises(LedgerError, match="verify"):
        numbers(sealed)


@pytest.mark.parametrize("number", [0, 6, 7, 104])
def test_a_decision_comes_back_as_it_was_given(sealed: Path, number: int) -> None:
    _, decisions = make_frame(ROWS)
    assert recall_decision(sealed, number).tobytes() == decisions[number].tobytes()


def test_a_decision_that_never_was_is_named(sealed: Path) -> None:
    with pytest.raises(LedgerError, match="decision 4000 "):
        recall_decision(sealed, 4000)
