"""A small FHIR server, run as a process of its own: reads and searches of made-up patients, counted.

``python fhir_server.py PORT``. Serves ``/fhir/Patient/{id}``, ``/fhir/Patient?...`` (``_count`` rows, next
pages by ``_offset``), ``/fhir/Observation?patient=``, POST ``_search``. ``/_served`` tells how many different
patients each bearer token's ``preferred_username`` or ``sub`` was served, and how many requests came. It
decodes paths leniently, as a careless server would: what the proxy lets through is what it serves.
"""

from __future__ import annotations

import base64
import json
import sys
from collections import defaultdict
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qs, unquote, urlsplit

PATIENTS = 5_000
served: dict[str, set[str]] = defaultdict(set)
requests: dict[str, int] = defaultdict(int)


def holder(headers: object) -> str:
    """The account of the bearer token, unverified."""
    token = (headers.get("Authorization") or "").rpartition(" ")[2]  # type: ignore[attr-defined]
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return "nobody"
    return claims.get("preferred_username") or claims.get("sub") or "nobody"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/_served":
            told = {who: len(patients) for who, patients in served.items()}
            return self.reply({"served": told, "requests": dict(requests)})
        split = urlsplit(self.path)
        path = unquote(split.path).split(";")[0]
        parts = [part for part in path.split("/") if part not in ("", ".")]
        who = holder(self.headers)
        requests[who] += 1
        asked = parse_qs(split.query)
        if parts[:2] == ["fhir", "Patient"] and len(parts) > 2:
            found = [parts[2]]
        elif parts[:1] == ["fhir"] and "patient" in asked:
            found = asked["patient"][0].split(",")
        elif parts[:1] == ["fhir"]:
            first, count = int(asked.get("_offset", ["0"])[0]), int(asked.get("_count", ["50"])[0])
            found = [str(n) for n in range(first, min(first + count, PATIENTS))]
        else:
            found = []
        served[who].update(found)
        return self.reply({"resourceType": "Bundle", "total": len(found), "entry": found})

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.do_GET()

    def reply(self, body: object) -> None:
        content = json.dumps(body).encode()
        self.send_response(200)
        self.send_header("Content-Type", "application/fhir+json")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        pass


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256


if __name__ == "__main__":
    server = Server(("127.0.0.1", int(sys.argv[1])), Handler)
    print("listening", flush=True)
    server.serve_forever()
