from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import CliRunner, Result
from synthetic_ledger import PEOPLE, make_frame

from rempart.cli import ledger as command_module
from rempart.cli.ledger import ledger_command
from rempart.cli.options import QuestionError
from rempart.errors import LedgerError
from rempart.ledger.book import Ledger
from rempart.ledger.query import pseudonym_of
from rempart.ledger.seal import head


def run(data: Path, *words: str) -> Result:
    return CliRunner().invoke(ledger_command, [*words, "--data", str(data), "--lang", "en"])


def test_verify_says_what_holds_and_leaves_with_0(sealed: Path) -> None:
    result = run(sealed, "verify")
    assert result.exit_code == 0
    assert "90 sealed decisions in 3 segments (0 expired), 15 not yet sealed" in result.output
    assert "No anchor was kept outside" in result.output
    anchored = run(sealed, "anchor", "--place", "letter")
    assert anchored.output.strip() == head(sealed).code
    assert "Up to entry 2" in run(sealed, "verify", "--anchor", anchored.output).output


def test_verify_names_the_finding_and_leaves_with_1(sealed: Path) -> None:
    (sealed / "ledger" / "segments" / "00000001.parquet").write_bytes(b"")
    result = run(sealed, "verify")
    assert result.exit_code == 1
    assert "changed: 00000001.parquet" in result.output
    assert "not as it was sealed" in result.stderr


def test_verify_without_a_ledger_is_an_error_of_ours(tmp_path: Path) -> None:
    assert isinstance(run(tmp_path, "verify").exception, LedgerError)


def test_query_gives_json_lines(sealed: Path) -> None:
    result = run(sealed, "query", "--account", "account-1", "--from", "2023-11-14T22:13:21Z", "--json")
    rows = [json.loads(line) for line in result.stdout.splitlines()]
    assert [row["number"] for row in rows] == list(range(3, 105, 5))
    assert rows[5]["recorded"] == "2023-11-14T22:13:48.000Z"
    assert rows[5]["patients"] == [f"{int(PEOPLE[n]):016x}" for n in (4, 5)]
    assert rows[5]["reasons"][0]["text"].startswith("71 patients in a day")


def test_query_by_patient_in_clear_or_by_pseudonym(sealed: Path, open_ledger: Callable[..., Ledger]) -> None:
    patient = pseudonym_of(sealed, "synthetic-1")
    with open_ledger() as ledger:
        frame, decisions = make_frame(1, 105)
        frame.patients[0] = patient
        ledger.append_decisions(frame.rows, decisions, frame.patients, frame.events)
    for words in (["--patient", "synthetic-1"], ["--pseudonym", f"{patient:016x}"]):
        result = run(sealed, "query", *words, "--csv")
        (row,) = csv.DictReader(io.StringIO(result.stdout))
        assert row["number"] == "105"
        assert "synthetic-1" not in result.stdout


HOSTILE = [
    "=cmd|' /C calc'!A0",
    "@SUM(1)",
    "+1",
    "\t=1",
    "\x1b[2J\x1b]0;owned\x07",
    "＝1",
    "id;=1",
    "a\u202eb",
    "x\r\ny",
]


def test_no_cell_is_a_formula_and_no_escape_reaches_the_terminal(
    open_ledger: Callable[..., Ledger], tmp_path: Path
) -> None:
    frame, decisions = make_frame(len(HOSTILE))
    names = [("account", n, word) for n, word in enumerate(HOSTILE[:5])] + [("source", 0, "=s")]
    with open_ledger() as ledger:
        ledger.append_decisions(frame.rows, decisions, frame.patients, pa.array(HOSTILE), names)
    result = run(tmp_path / "data", "query")
    rows = list(csv.DictReader(io.StringIO(result.stdout)))
    assert len(rows) == len(HOSTILE)
    for row in rows:
        for name in ("event", "account", "source"):
            for cell in row[name].split(";"):
                assert not cell.lstrip().startswith(tuple("=+-@＝\t"))
    assert rows[0]["event"] == "'" + HOSTILE[0]
    for output in (result.stdout, run(tmp_path / "data", "query", "--json").stdout):
        assert not {"\x1b", "\x07", "\u202e"} & set(output)


def test_the_table_for_people_is_harmless_too(
    sealed: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    from rempart.ledger.query import Question, history

    found = history(sealed, Question(account="account-1"))
    place = found.schema.get_field_index("event")
    found = found.set_column(place, "event", pa.array(["[red]\x1b[2J[/red]"] * len(found)))
    monkeypatch.setenv("COLUMNS", "200")
    command_module._show(found)
    shown = capsys.readouterr().out
    assert "\x1b" not in shown
    assert "[red]" in shown


@pytest.mark.parametrize(
    "words",
    [
        ["--from", "yesterday"],
        ["--pseudonym", "12"],
        ["--pseudonym", "zzzzzzzzzzzzzzzz"],
        ["--json", "--csv"],
        ["--patient", "a", "--pseudonym", "0" * 16],
    ],
)
def test_a_bad_question_is_one_clear_line(sealed: Path, words: list[str]) -> None:
    result = run(sealed, "query", *words)
    assert isinstance(result.exception, QuestionError)
    assert "\n" not in str(result.exception)


def test_expire_asks_first_then_says_how_many(sealed: Path) -> None:
    words = ("expire", "--before", "2023-11-14T22:14:30Z")
    assert run(sealed, *words).exit_code == 1
    assert run(sealed, *words, "--yes").output == "2 segments deleted\n"
    assert "2 expired" in run(sealed, "verify").output
