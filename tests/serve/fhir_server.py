"""A small FHIR R4 server, run as a process of its own: reads and searches of made-up patients, counted.

``python fhir_server.py PORT``. Serves ``Patient/{id}`` and its ``Observation`` compartment, ``Patient?...`` (``_count`` rows, next
pages by ``_offset``), ``Observation?patient=``, POST ``_search``, creates, and ``metadata`` below ``/fhir``, as resources, searchset
Bundles and OperationOutcomes (application/fhir+json). ``/_served`` tells how many different patients each bearer
token's ``preferred_username`` or ``sub`` was served, how many requests came, and the names of the last one's headers;
``/_audit`` the AuditEvents of what was served, one a line, with the X-Request-ID each request came with (IHE BALP).
A search by ``telecom`` finds one patient.
It decodes paths leniently, as a careless server would: what the proxy lets through is what it serves.
"""

from __future__ import annotations

import base64
import json
import sys
from collections import defaultdict
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

PATIENTS = 5_000
FAMILIES = ("Martin", "Petit", "Roux", "Girard", "Lefebvre", "Moreau", "Fournier")
MEASURED = (
    ("8867-4", "Heart rate", 72, "/min"),
    ("8310-5", "Body temperature", 37.1, "Cel"),
    ("29463-7", "Body weight", 71, "kg"),
)
CAPABILITIES = {
    "resourceType": "CapabilityStatement",
    "status": "active",
    "date": "2026-01-02",
    "kind": "instance",
    "fhirVersion": "4.0.1",
    "format": ["json"],
    "rest": [{"mode": "server", "resource": [{"type": "Patient"}, {"type": "Observation"}]}],
}
served: dict[str, set[str]] = defaultdict(set)
requests: dict[str, int] = defaultdict(int)
heard: dict[str, list[str]] = {}
audited: list[str] = []


def holder(headers: object) -> str:
    """The account of the bearer token, unverified."""
    token = (headers.get("Authorization") or "").rpartition(" ")[2]  # type: ignore[attr-defined]
    try:
        body = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(body + "=" * (-len(body) % 4)))
    except (IndexError, ValueError):
        return "nobody"
    return claims.get("preferred_username") or claims.get("sub") or "nobody"


def audit(who: str, request: str, found: list[str], kind: str, query: str) -> None:
    """Keep an AuditEvent of what was served."""
    entities: list[dict[str, Any]] = [
        {"what": {"reference": f"Patient/{each}"}, "role": {"code": "1"}} for each in found
    ]
    if kind != "Patient":
        entities.append({"what": {"reference": kind}})
    if query:
        entities.append({"role": {"code": "24"}, "query": base64.b64encode(query.encode()).decode()})
    if request:
        entities.append({"what": {"identifier": {"value": request}}, "type": {"code": "XrequestId"}})
    event = {
        "resourceType": "AuditEvent",
        "id": f"audit-{len(audited)}",
        "recorded": datetime.now(UTC).isoformat(timespec="milliseconds"),
        "action": "E" if query else "R",
        "outcome": "0",
        "agent": [
            {
                "requestor": True,
                "who": {"identifier": {"value": who}},
                "network": {"address": "127.0.0.1", "type": "2"},
            }
        ],
        "entity": entities,
    }
    audited.append(json.dumps(event))


def patient(number: str) -> dict[str, Any]:
    """A made-up patient."""
    place = sum(map(ord, number))
    return {
        "resourceType": "Patient",
        "id": number,
        "meta": {"versionId": "1", "lastUpdated": "2026-01-02T08:00:00.000Z"},
        "identifier": [
            {"use": "official", "system": "urn:oid:1.2.250.1.213.1.4.8", "value": f"1{place:014d}"}
        ],
        "active": True,
        "name": [
            {"use": "official", "family": FAMILIES[place % len(FAMILIES)], "given": ["Camille", number]}
        ],
        "telecom": [{"system": "phone", "value": f"+3355501{place % 10_000:04d}", "use": "mobile"}],
        "gender": ("female", "male")[place % 2],
        "birthDate": f"19{place % 90 + 10}-0{place % 9 + 1}-1{place % 9}",
        "address": [
            {
                "line": [f"{place % 200} rue de la Paix"],
                "city": "Ville",
                "postalCode": "99000",
                "country": "FR",
            }
        ],
        "generalPractitioner": [{"reference": f"Practitioner/{place % 50}"}],
    }


def observations(number: str) -> list[dict[str, Any]]:
    """What was measured of a patient."""
    return [
        {
            "resourceType": "Observation",
            "id": f"{number}-{code}",
            "status": "final",
            "code": {"coding": [{"system": "http://loinc.org", "code": code, "display": name}]},
            "subject": {"reference": f"Patient/{number}"},
            "effectiveDateTime": "2026-01-02T08:00:00Z",
            "valueQuantity": {
                "value": value,
                "unit": unit,
                "system": "http://unitsofmeasure.org",
                "code": unit,
            },
        }
        for code, name, value, unit in MEASURED
    ]


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        if self.path == "/_served":
            told = {who: len(patients) for who, patients in served.items()}
            return self.reply({"served": told, "requests": dict(requests), "heard": heard})
        if self.path == "/_audit":
            return self.reply(audited)
        split = urlsplit(self.path)
        path = unquote(split.path).split(";")[0]
        parts = [part for part in path.split("/") if part not in ("", ".")]
        who = holder(self.headers)
        requests[who] += 1
        heard[who] = [name.lower() for name in self.headers]
        asked = parse_qs(split.query)
        if parts[:1] != ["fhir"]:
            outcome = {"severity": "error", "code": "not-found"}
            return self.reply({"resourceType": "OperationOutcome", "issue": [outcome]}, 404)
        if parts[1:] == ["metadata"]:
            return self.reply(CAPABILITIES)
        if parts[1:2] == ["Patient"] and len(parts) > 2 and parts[2] != "_search":
            served[who].add(parts[2])
            self.audit(who, parts[2:3], "Patient" if len(parts) == 3 else parts[3])
            if len(parts) == 3:
                return self.reply(patient(parts[2]))
            return self.reply(self.bundle(observations(parts[2])))
        if "patient" in asked:
            found = asked["patient"][0].split(",")
            served[who].update(found)
            self.audit(who, found, parts[1], f"{parts[1]}?{split.query}")
            return self.reply(self.bundle([each for one in found for each in observations(one)]))
        first, count = int(asked.get("_offset", ["0"])[0]), int(asked.get("_count", ["50"])[0])
        found = [str(number) for number in range(first, min(first + count, PATIENTS))]
        if "telecom" in asked:
            found = [str(int(asked["telecom"][0]) % PATIENTS)]
        served[who].update(found)
        self.audit(who, found, parts[1], f"{parts[1]}?{split.query}")
        return self.reply(self.bundle(list(map(patient, found)), first + count))

    def do_POST(self) -> None:
        sent = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        if self.path.endswith("/_search"):
            return self.do_GET()
        requests[holder(self.headers)] += 1
        return self.reply(json.loads(sent or b"{}"), 201)

    def audit(self, who: str, found: list[str], kind: str, query: str = "") -> None:
        audit(who, self.headers.get("X-Request-ID", ""), found, kind, query)

    def bundle(self, resources: list[dict[str, Any]], following: int = PATIENTS) -> dict[str, Any]:
        """A page of search results; ``following`` is where the next one begins."""
        links = [{"relation": "self", "url": self.path}]
        if following < PATIENTS:
            links.append({"relation": "next", "url": f"{self.path.split('&_offset')[0]}&_offset={following}"})
        entries = [
            {
                "fullUrl": f"/fhir/{each['resourceType']}/{each['id']}",
                "resource": each,
                "search": {"mode": "match"},
            }
            for each in resources
        ]
        total = len(entries) if following >= PATIENTS else PATIENTS
        return {
            "resourceType": "Bundle",
            "type": "searchset",
            "total": total,
            "link": links,
            "entry": entries,
        }

    def reply(self, body: object, status: int = 200) -> None:
        content = json.dumps(body).encode()
        self.send_response(status)
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
