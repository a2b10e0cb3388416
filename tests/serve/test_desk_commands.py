"""``rempart desk``: it says what was done, and refuses where it can do nothing."""

from __future__ import annotations

import time
from base64 import b64encode
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from world import Client, Receiver, Signer, begin_service, free_port, metric, settings_file

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


def test_reinstating_says_whether_the_account_was_closed(tmp_path: Path, signer: Signer) -> None:
    service = begin_service(tmp_path, settings_file(tmp_path, signer))
    address = [
        "--by",
        "desk-1",
        "--url",
        f"http://127.0.0.1:{service.port}",
        "--data",
        str(tmp_path / "data"),
    ]
    try:
        assert Client(service.port).decide("/fhir/Patient/1", signer.token("dr-petit"))[0] == 200
        assert "was not closed" in run("reinstate", "dr-petit", *address).output
        run("block", "dr-petit", *address)
        assert run("reinstate", "dr-petit", *address).output == "open again\n"
        assert "was not closed" in run("reinstate", "dr-petit", *address).output
    finally:
        service.stop()


@pytest.mark.parametrize("mode", ["observe", "enforce"])
def test_what_was_closed_in_a_dry_run_is_closed_where_it_lives_once_that_is_over(
    tmp_path: Path, signer: Signer, mode: str
) -> None:
    receiver = Receiver()
    secret = tmp_path / "webhook"
    secret.write_text("whsec_" + b64encode(b"s" * 24).decode())
    secret.chmod(0o600)

    def during(dry_run: str, mode: str, words: tuple[tuple[str, ...], ...] = ()) -> None:
        contain = f'webhook_url = "{receiver.url}"\nwebhook_secret_file = "{secret}"\ndry_run = "{dry_run}"'
        service = begin_service(tmp_path, settings_file(tmp_path, signer, contain=contain), mode)
        address = ["--by", "d", "--url", f"http://127.0.0.1:{service.port}", "--data", str(tmp_path / "data")]
        try:
            for account in ("dr-closed", "dr-reopened"):
                Client(service.port).decide("/fhir/Patient/1", signer.token(account))
            for word in words:
                assert run(*word, *address).exit_code == 0
            until = time.monotonic() + 20
            while metric(service.port, "rempart_outbox_waiting") and time.monotonic() < until:
                time.sleep(0.05)
        finally:
            assert service.stop() == 0

    try:
        closed = (("block", "dr-closed"), ("block", "dr-reopened"), ("reinstate", "dr-reopened"))
        during("yes", mode, closed)
        assert receiver.got == []
        for _ in range(2):
            during("no", "enforce")
            assert [(told["type"], told["data"]["account"]) for _, told in receiver.got] == [
                ("rempart.account.block", "dr-closed")
            ]
    finally:
        receiver.close()


def test_without_a_service_nothing_was_done_and_it_says_so(tmp_path: Path) -> None:
    key = tmp_path / "desk.key"
    key.write_text("k")
    key.chmod(0o600)
    address = ["--url", f"http://127.0.0.1:{free_port()}", "--data", str(tmp_path)]
    refused = run("block", "dr-martin", "--by", "desk-1", *address)
    assert isinstance(refused.exception, EffectorError)
    assert "nothing was done: start rempart serve" in str(refused.exception)
    assert "asked again" not in str(refused.exception)
