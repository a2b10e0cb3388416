"""A second service beside a running one: refused, and the first goes on answering everywhere."""

from __future__ import annotations

import socket
import subprocess
from pathlib import Path

import pytest
from world import REMPART, Process, Signer, begin_service, free_port, settings_file, socket_path

from rempart.console.service import listening_at
from rempart.errors import SettingsError


def answers(path: Path) -> bool:
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
        probe.settimeout(20)
        if probe.connect_ex(str(path)) != 0:
            return False
        probe.sendall(b"GET /health HTTP/1.1\r\nHost: here\r\n\r\n")
        return probe.recv(4096).startswith(b"HTTP/1.1 200")


def test_a_second_service_is_refused_and_takes_nothing_away(tmp_path: Path, signer: Signer) -> None:
    settings = settings_file(tmp_path, signer)
    first: Process = begin_service(tmp_path, settings)
    path = socket_path(first.port)
    try:
        for listen in (f"127.0.0.1:{first.port} unix:{path}", f"unix:{path} 127.0.0.1:{first.port}"):
            command = [*REMPART, "serve", "--data", str(tmp_path / "data"), "--settings", str(settings)]
            second = subprocess.run(
                [*command, "--listen", listen], capture_output=True, text=True, check=False, timeout=120
            )
            assert second.returncode == SettingsError.exit_code
            assert "cannot listen there" in second.stderr
            assert answers(path)
        # At a free address it is the ledger that refuses; the path it made for itself goes with it.
        other = socket_path(free_port())
        second = subprocess.run([*command, "--listen", f"unix:{other}"], check=False, timeout=120)
        assert second.returncode != 0
        assert not other.exists()
        assert answers(path)
    finally:
        assert first.stop() == 0
    assert not path.exists()
    assert "leaked" not in first.log.read_text()


def test_a_socket_left_behind_by_a_kill_is_replaced_and_a_file_is_not(tmp_path: Path) -> None:
    left = tmp_path / "left"
    with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as dead:
        dead.bind(str(left))
        dead.listen(1)
    with (
        listening_at(f"unix:{left}") as mine,
        mine[0],
        socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe,
    ):
        assert probe.connect_ex(str(left)) == 0
    assert not left.exists()
    left.write_text("not ours")
    with pytest.raises(SettingsError), listening_at(f"unix:{left}"):
        pass
    assert left.read_text() == "not ours"


def test_a_path_that_another_has_taken_since_stays(tmp_path: Path) -> None:
    path = tmp_path / "socket"
    with listening_at(f"unix:{path}") as mine:
        keep = tmp_path / "other"
        keep.write_text("")
        keep.rename(path)
    assert path.exists()
    mine[0].close()
