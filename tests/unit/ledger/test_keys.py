from __future__ import annotations

import stat
from pathlib import Path

import pytest

from rempart.errors import KeyFileError
from rempart.ledger.keys import Keys, read_public_key


def test_keys_are_made_once_and_found_again(tmp_path: Path) -> None:
    made = Keys.open(tmp_path / "data", create=True)
    again = Keys.open(tmp_path / "data", create=True)
    assert again.pseudonym_key == made.pseudonym_key
    assert again.cipher_key == made.cipher_key
    assert len(made.pseudonym_key) == 16
    assert len(made.cipher_key) == 32
    read_public_key(tmp_path / "data").verify(made.signing_key.sign(b"line"), b"line")


def test_every_file_is_owner_only_and_no_rubbish_is_left(tmp_path: Path) -> None:
    Keys.open(tmp_path / "data", create=True)
    folder = tmp_path / "data" / "keys"
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert {stat.S_IMODE(path.stat().st_mode) for path in folder.iterdir()} == {0o600}
    assert [path.name for path in (tmp_path / "data").iterdir()] == ["keys"]


@pytest.mark.parametrize("name", ["pseudonym.key", "signing.key", "cipher.key"])
@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620])
def test_a_key_open_to_others_is_refused_with_the_command_to_run(
    tmp_path: Path, name: str, mode: int
) -> None:
    Keys.open(tmp_path, create=True)
    path = tmp_path / "keys" / name
    path.chmod(mode)
    with pytest.raises(KeyFileError, match=f"chmod 600 '{path}'"):
        Keys.open(tmp_path, create=False)


@pytest.mark.parametrize("name", ["pseudonym.key", "signing.key", "cipher.key"])
def test_a_missing_or_malformed_key_is_named_and_never_replaced(tmp_path: Path, name: str) -> None:
    Keys.open(tmp_path, create=True)
    path = tmp_path / "keys" / name
    path.write_bytes(b"zz")
    with pytest.raises(KeyFileError, match=name):
        Keys.open(tmp_path, create=True)
    path.unlink()
    with pytest.raises(KeyFileError, match=name):
        Keys.open(tmp_path, create=True)
    assert not path.exists()


def test_no_new_keys_beside_an_existing_ledger(tmp_path: Path) -> None:
    (tmp_path / "ledger").mkdir()
    (tmp_path / "ledger" / "manifest.ndjson").write_text("{}\n")
    with pytest.raises(KeyFileError, match="restore it from the backup"):
        Keys.open(tmp_path, create=True)


def test_secrets_do_not_show(tmp_path: Path) -> None:
    keys = Keys.open(tmp_path, create=True)
    assert keys.pseudonym_key.hex() not in repr(keys)
    assert repr(keys.pseudonym_key) not in repr(keys)
