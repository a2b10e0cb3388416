"""An answer as people and machines outside read it: the contract's JSON, in the reader's language.

Reads a row of DECISION; gives the contract's fields. Nothing of a patient is in it.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from rempart.language import Language, gettext, number
from rempart.records import MISSING_MS, Action
from rempart.watch.reasons import REASONS, sentence

ACTION_NAMES = tuple(action.name.lower() for action in Action)
UNTOLD = -1
"""Stands for a reason that stays in the house."""
_KEPT_INSIDE = frozenset(
    number for number, each in enumerate(REASONS) if each.code in ("decoy", "tip_off", "crew")
)
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


def iso_time(at_ms: int) -> str | None:
    """RFC 3339 in UTC with milliseconds; None where no time is known."""
    if at_ms == MISSING_MS:
        return None
    at = _EPOCH + timedelta(milliseconds=at_ms)
    return at.strftime("%Y-%m-%dT%H:%M:%S.") + f"{at.microsecond // 1000:03d}Z"


def answer_words(language: Language) -> dict[str, str]:
    """What each answer is called."""
    _ = language.gettext
    return {"allow": _("allow"), "step_up": _("step-up"), "restrict": _("restrict"), "block": _("block")}


def count_words(language: Language) -> dict[str, str]:
    """What each part of what was read is called, their sum first."""
    _ = language.gettext
    return {
        "read": _("read"),
        "decided": _("decided"),
        "control": _("control"),
        "context": _("context"),
        "unattributed": _("unattributed"),
        "rejected": _("rejected"),
        "duplicates": _("duplicates"),
    }


def reason_list(codes: Any, weights: Any, seen: Any, usual: Any, count: int) -> list[dict[str, Any]]:
    """The first ``count`` reasons as ``{"code", "text", "weight"}``, in the language in force."""
    return [
        {
            "code": REASONS[int(codes[i])].code,
            "text": sentence(int(codes[i]), int(seen[i]), int(usual[i]), gettext, number),
            "weight": round(float(weights[i]), 2),
        }
        for i in range(count)
    ]


def outside_reasons(decision: Any) -> tuple[tuple[int, int, int], ...]:
    """The reasons of a row of DECISION for owners and messages: code, what was seen, what is usual.

    Whoever holds the account may read them: what would tell of a decoy, or what else the house knows of a theft,
    stands there once as :data:`UNTOLD`.
    """
    shown = zip(decision["code"].tolist(), decision["seen"].tolist(), decision["usual"].tolist(), strict=True)
    rows = list(shown)[: int(decision["reasons"])]
    return tuple(dict.fromkeys((UNTOLD, 0, -1) if row[0] in _KEPT_INSIDE else row for row in rows))


def outside_sentence(code: int, seen: int, usual: int) -> str:
    """One of :func:`outside_reasons` in words, in the language in force."""
    if code == UNTOLD or code in _KEPT_INSIDE:
        return gettext("what was done does not fit how this account is used")
    return sentence(code, seen, usual, gettext, number)


def outside_texts(decision: Any) -> list[str]:
    """The reasons of a row of DECISION as a command carries them out of the house."""
    return [outside_sentence(*each) for each in outside_reasons(decision)]


def answer(event: str, account: str, recorded_ms: int, decision: Any) -> dict[str, Any]:
    """One line of the live protocol's output."""
    count = int(decision["reasons"])
    reasons: list[dict[str, Any]] = []
    if count:
        reasons = reason_list(
            decision["code"], decision["weight"], decision["seen"], decision["usual"], count
        )
    return {
        "event": event,
        "account": account or None,
        "recorded": iso_time(recorded_ms),
        "action": ACTION_NAMES[int(decision["action"])],
        "applies_to": "account" if decision["whole_account"] else "session",
        "hijack": float(f"{float(decision['hijack']):.4g}"),
        "stake_eur": [
            round(float(decision["stake_low_eur"]), 2),
            round(float(decision["stake_high_eur"]), 2),
        ],
        "reasons": reasons,
    }
