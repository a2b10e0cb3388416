"""A judge simple enough to predict: distinct patients an hour against a fixed allowance."""

from __future__ import annotations

from typing import Any


class SimpleRateJudge:
    """Above ``allowance`` distinct patients in one clock hour: ``action``, for ``applies_to``."""

    def __init__(self, allowance: int, action: str = "step_up", applies_to: str = "session") -> None:
        self.allowance, self.action, self.applies_to = allowance, action, applies_to
        self.seen: dict[tuple[str, str], set[str]] = {}
        self.logins: list[tuple[str, str, str]] = []
        self.reinstated: list[str] = []
        self.asked = 0

    def judge(self, resource: dict[str, Any]) -> dict[str, Any] | None:
        if resource["resourceType"] != "AuditEvent":
            return None
        self.asked += 1
        agent = resource["agent"][0]
        codes = str(resource.get("subtype", "")) + str(resource.get("code", ""))
        if "110137" in codes:
            self.reinstated.append(resource["entity"][0]["what"]["identifier"]["value"])
            return {"action": "allow"}
        account = agent["who"]["identifier"]["value"]
        if "110122" in codes:
            self.logins.append((account, agent["policy"][0], str(resource["outcome"])))
            return {"action": "allow"}
        if agent["role"][0]["coding"][0]["code"] == "service":
            return {"action": "allow"}
        seen = self.seen.setdefault((account, resource["recorded"][:13]), set())
        seen.update(
            entity["what"]["reference"]
            for entity in resource["entity"]
            if entity.get("role", {}).get("code") == "1"
        )
        if len(seen) <= self.allowance:
            return {"action": "allow", "applies_to": "session"}
        return {"action": self.action, "applies_to": self.applies_to}
