"""The answer in words a privacy officer can repeat to the professional.

A reason in a decision is a code, a weight in nats and two numbers (what was seen, what is usual);
this is the one place that turns them into a sentence. English sentences are the message ids that
the house's translations use. Misses nothing it is given; it never names a patient.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from rempart.watch.channels import N_STATS

(
    DAYS_BEFORE,
    LEFT,
    FAILED_CHALLENGE,
    REOPENED,
    UNANSWERED,
    NO_ACCOUNT,
    SAME_ID,
    NO_TIME,
    DISOWNED,
    DECOY,
    TIP_OFF,
    SLIPPED,
) = range(N_STATS, N_STATS + 12)


def _(text: str) -> str:
    """Mark a sentence for translation without translating it yet."""
    return text


@dataclass(frozen=True, slots=True)
class Reason:
    """A code of the contract, its sentence, and what is added where the usual value is known."""

    code: str
    text: str
    usual: str = ""


_USUAL = _("your usual most is {usual}")

REASONS: tuple[Reason, ...] = (
    Reason("patients_10min", _("{seen} different patients in 10 minutes"), _USUAL),
    Reason("patients_1h", _("{seen} different patients in one hour"), _USUAL),
    Reason("patients_24h", _("{seen} different patients in 24 hours"), _USUAL),
    Reason(
        "strangers_1h",
        _("{seen} patients in one hour whom neither your care, an earlier visit nor a colleague explains"),
        _USUAL,
    ),
    Reason(
        "strangers_24h",
        _("{seen} patients in a day whom neither your care, an earlier visit nor a colleague explains"),
        _USUAL,
    ),
    Reason("in_care_24h", _("{seen} of your own patients opened in 24 hours"), _USUAL),
    Reason("pages_1h", _("{seen} pages of search results in one hour"), _USUAL),
    Reason(
        "ordered_run",
        _("{seen} searches one after the other in order (dates, names, numbers or pages)"),
        _USUAL,
    ),
    Reason("misses_1h", _("{seen} look-ups in one hour that found nothing or were refused"), _USUAL),
    Reason("failed_logins_1h", _("{seen} failed logins in one hour"), _USUAL),
    Reason("new_place", _("a network or software this account never used before")),
    Reason("two_places_1h", _("the account is used from two networks at the same time")),
    Reason("odd_hour", _("an hour of the week at which this account does not work")),
    Reason("slept_days", _("the account woke up after {seen} days without any activity")),
    Reason(
        "odd_strangers",
        _(
            "patients whom nothing explains, opened from an unusual place, at an unusual hour or after a long sleep"
        ),
    ),
    Reason(
        "odd_patients",
        _("{seen} patients or result pages from an unusual place, at an unusual hour or after a long sleep"),
    ),
    Reason(
        "sessions_1h",
        _("two sessions of the account are used in turns within minutes, {seen} times in one hour"),
        _USUAL,
    ),
    Reason(
        "strangers_week",
        _(
            "{seen} patients within about a week whom neither your care, an earlier visit nor a colleague explains"
        ),
        _USUAL,
    ),
    Reason("new_searches_24h", _("{seen} searches of a kind this account never made before")),
    Reason("rows_24h", _("{seen} lines of search results shown in 24 hours"), _USUAL),
    Reason(
        "out_of_care_24h",
        _("{seen} patients in a day whom nobody treats or opened these days and no earlier visit explains"),
        _USUAL,
    ),
    Reason(
        "out_of_care_week",
        _(
            "{seen} patients within about a week whom nobody treats or opened these days and no earlier visit explains"
        ),
        _USUAL,
    ),
    Reason("stranger_share", _("hardly any patient of the day is one of yours")),
    Reason(
        "out_of_care_share",
        _("hardly any patient of the day is one whom somebody treats or opened these days"),
    ),
    Reason("crew", _("several accounts open patients whom nothing explains from the same unusual network")),
    Reason(
        "odd_reads",
        _("parts of the record that you and your colleagues of the same profession hardly ever open"),
    ),
    Reason(
        "strange_reads",
        _("parts of the record that you hardly ever open, of patients whom nothing explains"),
    ),
    Reason(
        "strange_reads_week",
        _(
            "parts of the record that you hardly ever open, of patients whom nothing explains, over about a week"
        ),
    ),
    Reason("depth", _("you open far more of each record than you usually do")),
    Reason("even_pace", _("{seen} records one after the other at the even pace of a program"), _USUAL),
    Reason(
        "never_back",
        _("{seen} patients within about a week whom you opened once and never again"),
        _USUAL,
    ),
    Reason(
        "singly_24h",
        _("patients whom nothing explains all through the day, {seen} of them, not in one go"),
        _USUAL,
    ),
    Reason(
        "singly_week",
        _("patients whom nothing explains all through the week, {seen} of them, not in one go"),
        _USUAL,
    ),
    Reason(
        "persisted",
        _("day after day more patients than usual whom nobody in the house treats or opened lately"),
    ),
    Reason("days_before", _("the account was already unusual on the days before, and nobody vouched for it")),
    Reason("left", _("the staff list says that the owner of this account has left")),
    Reason(
        "failed_challenge", _("the request to prove who is there failed; a person must reinstate the account")
    ),
    Reason("reinstated", _("a person reinstated the account")),
    Reason("unanswered", _("the request to prove who is there is still unanswered")),
    Reason("no_account", _("the log names no account for this access")),
    Reason("same_id", _("an earlier record has the same identifier with other content")),
    Reason("no_time", _("the log gives no time for this access; the time of the records around it was used")),
    Reason("disowned", _("a person said that this was not the owner; a person must reinstate the account")),
    Reason("decoy", _("the account opened the record of a decoy, a patient who does not exist")),
    Reason("tip_off", _("a network or software that another region names for a theft, new to this account")),
    Reason("failed_once", _("the request to prove who is there failed; it is made once more")),
)
"""Index = the number in ``DECISION["code"]``; the first follow :class:`channels.Stat`, one a statistic."""


def sentence(
    code: int, seen: int, usual: int, translate: Callable[[str], str], number: Callable[[int], str] = str
) -> str:
    """One reason in words. ``translate`` maps English to the reader's language, ``number`` groups digits."""
    reason = REASONS[code]
    text = translate(reason.text).format(seen=number(seen))
    if reason.usual and usual >= 0:
        text += translate("; ") + translate(reason.usual).format(usual=number(usual))
    return text
