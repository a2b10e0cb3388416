"""The page a replay leaves: what would have happened, why, and what it cannot know.

Reads the counts over all decisions, the incidents of ``incidents.json`` and ``summary.json``. Gives ``report.html`` in the
output folder: one file, no fetch, no script, forbidden to load anything by its own Content
Security Policy, readable on paper and on a phone.

Everything that comes from a log (account names, networks, reasons) is hostile until escaped:
the templates escape all of it, and :func:`rempart.language.printable` takes the control and
direction-changing characters out. The page names accounts, so its file opens to its owner only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

import jinja2

from rempart.language import Language, language_of, printable
from rempart.pipeline import pictures
from rempart.pipeline.page import page_environment
from rempart.pipeline.tally import ACTIONS, Tally
from rempart.pipeline.wording import answer_words

PAGE = "report.html"
MOST_INCIDENTS = 30
MOST_WORTH_A_LOOK = 50
MOST_ACCOUNTS = 12
PARTS = ("decided", "control", "context", "unattributed", "rejected", "duplicates")
_NO_TIME_MS = -(2**63)


def write_page(
    out: Path,
    counted: Tally,
    incidents: Sequence[Mapping[str, Any]],
    summary: Mapping[str, Any],
    drawn: Mapping[str, str],
    *,
    language: str,
    zone: str = "UTC",
) -> Path:
    """Write ``out/report.html`` in ``language`` (``en`` or ``fr``), times in ``zone``; return its path.

    ``drawn``: the pictures of :func:`draw_pictures`, in the same language and zone.

    Raises SettingsError for an unknown language or zone.
    """
    spoken = language_of(language)
    spoken.when(0, zone)
    page = prepare(spoken.code, zone).render(
        language=spoken.code,
        zone=zone,
        summary=summary,
        rows=_count_rows(summary, spoken),
        answers=_answer_rows(counted, spoken),
        tally=counted,
        suspected=_ordered(incidents, "suspected"),
        worth_a_look=_ordered(incidents, "worth_a_look"),
        most_incidents=MOST_INCIDENTS,
        most_worth_a_look=MOST_WORTH_A_LOOK,
        doubted=counted.doubted(MOST_ACCOUNTS),
        policy=_flat(summary.get("policy", {})),
        pictures=drawn,
    )  # fmt: skip
    path = out / PAGE
    path.unlink(missing_ok=True)
    path.touch(mode=0o600)
    path.chmod(0o600)
    path.write_text(page, encoding="utf-8")
    return path


@lru_cache(4)
def prepare(language: str, zone: str) -> jinja2.Template:
    """The page's template, read: it takes as long as reading 50,000 events."""
    return _environment(language_of(language), zone).get_template(PAGE)


def _environment(language: Language, zone: str) -> jinja2.Environment:
    environment = page_environment(language)
    actions = answer_words(language)
    environment.filters.update(
        percent=lambda share: _percent(float(share), language),
        when=lambda at: language.when(_milliseconds(at), zone),
        stamp=lambda at: language.stamp(_milliseconds(at), zone),
        answer=lambda action: actions.get(action, printable(str(action))),
    )
    return environment


def draw_pictures(counted: Tally, language: str, zone: str) -> dict[str, str]:
    """Name to SVG element, in ``language``; only those there is something to draw for."""
    spoken = language_of(language)
    _ = spoken.gettext
    drawn: dict[str, str] = {}
    if counted.hours:
        alt = _("Accesses over time, above, and below them the answers other than allow.")
        drawn["timeline"] = pictures.timeline(counted, spoken, zone, alt)
    doubted = counted.doubted(MOST_ACCOUNTS)
    if doubted:
        alt = _(
            "The most doubted accounts with the probability and the stake; the table below says the same."
        )
        drawn["accounts"] = pictures.accounts(doubted, spoken, alt)
    if counted.doubt.any():
        alt = _(
            "Number of decisions at each doubt, by answer; a dashed line marks the least doubt challenged."
        )
        drawn["doubt"] = pictures.doubt(counted, spoken, alt)
    return drawn


def _count_rows(summary: Mapping[str, Any], language: Language) -> list[tuple[str, int, str]]:
    """Name, count and meaning of each part of what was read, as the contract adds it up."""
    _ = language.gettext
    meaning = {
        "decided": (_("decided"), _("accesses judged, each with one answer")),
        "control": (_("control"), _("logins and reinstatements: answered, and weighed as evidence")),
        "context": (_("context"), _("appointments, stays, teams and the like: who cares for whom")),
        "unattributed": (_("unattributed"), _("accesses whose log names nobody: allowed, and counted")),
        "rejected": (_("rejected"), _("lines that could not be read: noted in the rejects file")),
        "duplicates": (_("duplicates"), _("the same line of the same source again: not judged twice")),
    }
    return [(meaning[part][0], int(summary.get(part, 0)), meaning[part][1]) for part in PARTS]


def _answer_rows(counted: Tally, language: Language) -> list[tuple[str, int, str]]:
    """Action, count and what an enforcement point does with it."""
    _ = language.gettext
    meaning = {
        "allow": _("serve"),
        "step_up": _("ask this person to prove again who they are, then serve"),
        "restrict": _("serve only the patients in this account's care, refuse the rest"),
        "block": _("serve nothing until a person has looked and reinstated the account"),
    }
    return [(action, counted.by_action[action], meaning[action]) for action in ACTIONS]


def _ordered(incidents: Sequence[Mapping[str, Any]], state: str) -> list[Mapping[str, Any]]:
    """Incidents of one state, highest stake first among equals in doubt, then by id."""
    chosen = [incident for incident in incidents if incident["state"] == state]
    return sorted(
        chosen, key=lambda each: (-round(each["max_hijack"], 2), -each["stake_eur"][1], str(each["id"]))
    )


def _percent(share: float, language: Language) -> str:
    """A probability in words no surer than it is: never 0 %, never 100 %."""
    if share < 0.001:
        return f"< {language.number(0.1, 1)}\u00a0%"
    if share > 0.999:
        return f"> {language.number(99.9, 1)}\u00a0%"
    return f"{language.number(100 * share, 1 if share < 0.1 or share > 0.99 else 0)}\u00a0%"


def _milliseconds(at: Any) -> int:
    """Milliseconds since 1970 of a number of them or of an ISO 8601 time; unknown otherwise."""
    if isinstance(at, int):
        return at
    if isinstance(at, str) and re.match(r"\d{4}-\d\d-\d\dT\d\d:\d\d", at):
        return round(datetime.fromisoformat(at).timestamp() * 1000)
    return _NO_TIME_MS


def _flat(policy: Any, prefix: str = "") -> list[tuple[str, str]]:
    """The policy's settings as dotted key and value, in their own order."""
    if not isinstance(policy, Mapping):
        return [(prefix, str(policy))] if prefix or policy else []
    return [
        line
        for key, value in policy.items()
        for line in _flat(value, f"{prefix}.{key}" if prefix else str(key))
    ]
