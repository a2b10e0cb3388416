"""The command as a site runs it, and the made-up reads the stories log."""

import sys
from datetime import UTC, datetime, timedelta
from typing import Any

REMPART = [sys.executable, "-c", "from rempart.cli import main; main()"]
BEGIN = datetime(2026, 3, 2, 8, tzinfo=UTC)


def event(number: int, account: str, patient: str) -> dict[str, Any]:
    at = BEGIN + timedelta(seconds=20 * number)
    return {
        "resourceType": "AuditEvent",
        "id": f"ev{number}",
        "action": "R",
        "recorded": at.isoformat(),
        "outcome": "0",
        "agent": [
            {
                "requestor": True,
                "who": {"identifier": {"value": account}},
                "network": {"address": "192.0.2.7", "type": "2"},
            }
        ],
        "entity": [{"what": {"reference": f"Patient/{patient}"}, "role": {"code": "1"}}],
    }
