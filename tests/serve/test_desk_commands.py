"""``rempart desk``: it says what was done, and refuses where it can do nothing."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from world import Client, Signer, begin_service, free_port, settings_file

from rempart.cli.desk import desk_command
from rempart.errors import EffectorError, LedgerError


def run(*words: str) -> Result:
    return CliRunner().invoke(desk_command, [*words, "--lang", "en"])


@pytest.mark.parametrize("table", ["outbox", "review"])
def test_a_folder_without_a_ledger_is_no_empty_table(tmp_path: Path, table: str) -> None:
    refused = run(table, "--data", str(tmp_path / "nowhere"))
    assert isinstance(refused.exception, LedgerError)
    assert "no ledger in" in str(refused.exception)


def test_a_block_says_what_was_done_and_what_was_not(tmp_path: Path, signer: Signer) -> None:
    def block(port: int, account: str) -> str:
        address = ["--url", f"http://127.0.0.1:{port}", "--data", str(tmp_path / "data")]
        done = run("block", account, "--by", "desk-1", *address)
        assert done.exit_code == 0, done.exception
        return done.output

    settings = settings_file(tmp_path, signer)
    for mode, said, status in (
        ("observe", "the account is still served", 200),
        ("enforce", "refused at the proxy from now on; dry run: nothing was closed", 403),
    ):
        service = begin_service(tmp_path, settings, mode)
        try:
            name, token = f"seen-{mode}", signer.token(f"seen-{mode}")
            assert Client(service.port).decide("/fhir/Patient/1", token)[0] == 200
            told = block(service.port, name)
            assert said in told
            assert "never seen" not in told
            assert Client(service.port).decide("/fhir/Patient/1", token)[0] == status
            assert "nothing new was done" in block(service.port, name)
            assert "never seen before" in block(service.port, f"unknown-{mode}")
        finally:
            service.stop()


def test_without_a_service_nothing_was_done_and_it_says_so(tmp_path: Path) -> None:
    key = tmp_path / "desk.key"
    key.write_text("k")
    key.chmod(0o600)
    address = ["--url", f"http://127.0.0.1:{free_port()}", "--data", str(tmp_path)]
    refused = run("block", "dr-martin", "--by", "desk-1", *address)
    assert isinstance(refused.exception, EffectorError)
    assert "nothing was done: start rempart serve" in str(refused.exception)
    assert "asked again" not in str(refused.exception)
