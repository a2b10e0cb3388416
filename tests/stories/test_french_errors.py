"""Errors in French under ``--lang fr``: one line that says where, why and what to do, with no English left."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from rempart.cli import main
from rempart.ledger.journal import Journal
from rempart.ledger.keys import Keys


@pytest.fixture
def at(tmp_path: Path) -> Path:
    """A folder with a ledger's keys, a table, and files that are not what they should be."""
    for name in ("data", "keyless"):
        Keys.open(tmp_path / name, create=True)
        Journal.open(tmp_path / name).close()
    (tmp_path / "keyless" / "keys" / "cipher.key").unlink()
    (tmp_path / "log.ndjson").write_text('{"resourceType": "AuditEvent"}\n')
    (tmp_path / "table.csv").write_text("a;b\n1;2\n")
    (tmp_path / "bad.toml").write_text('what = "access"\nnonsense = 1\n')
    (tmp_path / "no.toml").write_text("= what")
    (tmp_path / "zone.toml").write_text('[site]\nzone = "Mars"\n')
    (tmp_path / "scope").mkdir()
    (tmp_path / "scope" / "scope.json").write_text("{}")
    return tmp_path


SAID = [
    ("watch {at}/nothing.ndjson --data {at}/new", "impossible d’ouvrir .*nothing.ndjson.*vérifiez que le fichier"),
    ("watch {at}/table.csv --data {at}/new --mapping {at}/gone.toml", "correspondance .*gone.toml .fichier ou dossier introuvable"),
    ("watch {at}/table.csv --data {at}/new --mapping {at}/bad.toml", "nonsense est inconnu.*columns.time manque"),
    ("watch {at}/table.csv --data {at}/new --mapping {at}/no.toml", "n’est pas du TOML"),
    ("replay {at}/nothing.ndjson --out {at}/out", "impossible d’ouvrir .*fichier ou dossier introuvable"),
    ("scope I0009 --data {at}/none --out {at}/out", "aucun registre dans .*indiquez le dossier avec --data"),
    ("scope --out {at}/out --data {at}/data", "scope demande un incident, ou des comptes"),
    ("scope --account a --from hier --to 2026-03-02 --data {at}/data --out {at}/out", "--from n’est pas une date"),
    ("value {at}/scope/scope.json --data {at}/data", "impossible de lire .*scope.csv à côté"),
    ("notice --scope {at}/scope --site {at}/gone.toml --out {at}/out --data {at}/data", "impossible de lire .*gone.toml .fichier ou dossier introuvable"),
    ("incident show I0009 --data {at}/none", "aucun registre dans"),
    ("incident show I0009 --data {at}/data", "l’incident 'I0009' n’existe pas"),
    ("incident list --data {at}/data --settings {at}/zone.toml", "inutilisable.*donnez un fuseau IANA"),
    ("watch {at}/log.ndjson --data {at}/keyless", "cipher.key manque.*restaurez-le depuis la sauvegarde"),
    ("reidentify --scope {at}/gone --people {at}/table.csv --reason x --out {at}/p --data {at}/data", "impossible de lire"),
    ("share I0009 --as x --out {at}/b.json --data {at}/none", "aucun registre"),
    ("share --read {at}/gone.json --data {at}/data", "impossible de lire .*nommez un lot STIX"),
    ("posture --data {at}/none", "aucun registre"),
    ("leak {at}/gone.csv --population {at}/table.csv --out {at}/out", "aucune table de personnes avec un identifiant de patient .*nommez les colonnes"),
]  # fmt: skip
ENGLISH = re.compile(
    r"\b(the|cannot|is no|give|name the|check|run as|restore|missing|no such|must be|not known|see)\b",
    re.IGNORECASE,
)


@pytest.mark.parametrize(("command", "said"), SAID)
def test_an_error_is_one_french_line(
    at: Path, command: str, said: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.argv", ["rempart", *command.format(at=at).split(), "--lang", "fr"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code not in (0, None)
    (line,) = [each for each in capsys.readouterr().err.splitlines() if each.startswith("rempart: ")]
    assert re.search(said, line), line
    assert "\u202f; " in line, line
    assert not ENGLISH.search(line.replace(str(at), "")), line
