"""What ``deploy/`` ships runs as it stands: the unit and its filter, nginx with TLS, the settings, the container's words."""

from __future__ import annotations

import datetime
import re
import shutil
import ssl
import subprocess
import sys
import urllib.request
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from world import (
    REMPART,
    ROOT,
    Client,
    Process,
    Signer,
    begin,
    free_port,
    metric,
    nginx_binary,
    settings_file,
    socket_path,
    temporary_paths,
    user_line,
)

from rempart import settings
from rempart.cli.serve import serve_command

DEPLOY = ROOT / "deploy"
UNIT = DEPLOY / "systemd" / "rempart.service"

needs_systemd = pytest.mark.skipif(not shutil.which("systemd-analyze"), reason="no systemd-analyze here")


@needs_systemd
def test_the_unit_is_well_formed_and_exposes_little(tmp_path: Path) -> None:
    unit = tmp_path / "rempart.service"
    text = UNIT.read_text().replace("/usr/local/lib/rempart/.venv/bin/rempart", "/bin/true")
    unit.write_text(text.replace("User=rempart", "User=daemon").replace("Group=rempart\n", ""))
    verified = subprocess.run(
        ["systemd-analyze", "verify", str(unit)], capture_output=True, text=True, check=False
    )
    assert (verified.returncode, verified.stderr) == (0, "")
    rated = subprocess.run(
        ["systemd-analyze", "security", "--offline=true", str(unit)],
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    (level,) = re.findall(r"exposure level for rempart.service: ([\d.]+)", rated.stdout)
    assert float(level) <= 2.0


@needs_systemd
@pytest.mark.parametrize("workers", ["1", "2"])
def test_the_service_lives_under_the_filter_of_its_unit(tmp_path: Path, signer: Signer, workers: str) -> None:
    port = free_port()
    under = [sys.executable, str(Path(__file__).with_name("under_filter.py")), str(UNIT), sys.executable]
    known = subprocess.run([*under, "-c", ""], check=False)
    if known.returncode == 77:
        pytest.skip("no libseccomp here")
    command = [*under, *REMPART[1:], "serve", "--mode", "enforce", "--workers", workers]
    command += ["--data", str(tmp_path / "data"), "--settings", str(settings_file(tmp_path, signer))]
    process = begin([*command, "--listen", f"127.0.0.1:{port}"], tmp_path / "log", "answering on", port)
    assert Client(port).decide("/fhir/Patient/1", signer.token("a"))[0] == 200
    assert metric(port, "rempart_judge_up") == 1
    assert process.stop() == 0


def certificate(folder: Path) -> None:
    """A key and a certificate of this machine for itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    (folder / "fullchain.pem").write_bytes(made.public_bytes(serialization.Encoding.PEM))
    (folder / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def test_the_whole_example_of_nginx_serves_over_tls(
    tmp_path: Path, service: Process, fhir: Process, signer: Signer
) -> None:
    certificate(tmp_path)
    port = free_port()
    for path in (DEPLOY / "nginx").iterdir():
        text = (
            path.read_text()
            .replace("/run/rempart/decide.sock", str(socket_path(service.port)))
            .replace(":8080", f":{fhir.port}")
        )
        text = text.replace("listen 443 ssl", f"listen 127.0.0.1:{port} ssl")
        text = text.replace("/etc/nginx/tls", str(tmp_path)).replace("/var/log/nginx", str(tmp_path))
        if path.name == "nginx.conf":
            text = user_line() + text.replace("http {", f"http {{\n{temporary_paths(tmp_path)}")
        (tmp_path / path.name).write_text(text)
    options = f"daemon off; pid {tmp_path}/pid; error_log stderr notice;"
    command = [str(nginx_binary()), "-p", str(tmp_path), "-c", "nginx.conf", "-g", options]
    process = begin(command, tmp_path / "error.log", "start worker process", port)
    try:
        trust = ssl.create_default_context(cafile=str(tmp_path / "fullchain.pem"))
        asked = urllib.request.Request(f"https://localhost:{port}/fhir/Patient/1")
        asked.add_header("Authorization", f"Bearer {signer.token('over-tls')}")
        with urllib.request.urlopen(asked, timeout=20, context=trust) as answer:
            assert (answer.status, answer.headers["x-rempart-action"]) == (200, None)
    finally:
        process.stop()
    assert '"action":"allow","status":200' in (tmp_path / "rempart.ndjson").read_text()


def test_the_settings_to_begin_with_are_settings() -> None:
    chosen = settings.load(DEPLOY / "rempart.toml")
    assert chosen.contain.dry_run == "yes"
    assert chosen.provider.issuer
    assert chosen.provider.audiences


def test_the_container_copies_what_there_is_and_calls_what_there_is() -> None:
    text = (DEPLOY / "container" / "Containerfile").read_text().replace("\\\n", " ")
    lines = [line.split() for line in text.splitlines() if line and not line.startswith("#")]
    assert {line[0] for line in lines} <= {
        "FROM", "WORKDIR", "COPY", "RUN", "USER", "ENV", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"
    }  # fmt: skip
    for line in lines:
        if line[0] == "COPY" and not line[1].startswith("--from"):
            assert all((ROOT / source).exists() for source in line[1:-1])
    assert [line for line in lines if line[0] == "USER"] == [["USER", "rempart"]]
    (compiled,) = re.findall(r"^ENV NUMBA_CACHE_DIR=(\S+)", text, re.MULTILINE)
    assert ["COPY", "--from=build", "--chown=rempart", compiled, compiled] in lines
    assert any(line[0] == "VOLUME" and f'"{compiled}"' in " ".join(line) for line in lines)
    (called,) = (re.findall(r'"([^"]+)"', " ".join(line)) for line in lines if line[0] == "CMD")
    known = {option for each in serve_command.params for option in each.opts}
    assert called[0] == "serve"
    assert {word for word in called if word.startswith("--")} <= known


@pytest.mark.parametrize("path", [UNIT, DEPLOY / "container" / "Containerfile"])
def test_what_is_ready_to_run_begins_by_touching_nobody(path: Path) -> None:
    (mode,) = (each for each in serve_command.params if each.name == "mode")
    (line,) = re.findall(r"^(?:ExecStart=|CMD ).*", path.read_text(), re.MULTILINE)
    assert "serve" in line
    assert mode.default == "observe"
    assert "--mode" not in line
