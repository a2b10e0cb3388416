"""The dated rules: who must be told what by when, under which text, with which status on which day.

Reads ``rules.toml`` (or the site's own copy). Gives :class:`RuleBook`. Every rule names the day up to
which its text is known, and from where; a status holds from its day on.

Misses: what changed after ``as_of``. The documents print that day beside every rule.
"""

from __future__ import annotations

import tomllib
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Literal

import msgspec

from rempart.errors import SettingsError
from rempart.language import gettext as _
from rempart.language import why_of

StatusName = Literal["in_force", "not_transposed", "proposal", "recommendation"]


class Both(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """A text in both languages."""

    fr: str
    en: str

    def of(self, language: str) -> str:
        return self.fr if language == "fr" else self.en


class Status(msgspec.Struct, frozen=True, forbid_unknown_fields=True, rename={"since": "from"}):
    """What the rule is worth from a day on."""

    since: date
    status: StatusName
    note: Both = Both("", "")


class Rule(msgspec.Struct, frozen=True, forbid_unknown_fields=True, kw_only=True):
    """One duty. ``limit_h`` hours after awareness, or ``limit_months`` after rule ``limit_after``, else at once."""

    id: str
    authority: Both
    title: Both
    basis: Both
    who: list[Literal["controller", "processor"]]
    when: str
    form: Both
    source: str
    as_of: date
    status: list[Status]
    limit_h: int | None = None
    limit_after: str | None = None
    limit_months: int | None = None

    def status_on(self, day: date) -> Status | None:
        """The status on ``day``; None where the rule did not exist yet."""
        begun = [each for each in self.status if each.since <= day]
        return max(begun, key=lambda each: each.since) if begun else None


class RuleBook(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """All rules, in the order in which they are shown."""

    as_of: date
    rule: list[Rule]


def read_rules(path: Path | None, conditions: frozenset[str]) -> RuleBook:
    """The packaged rules, or those in ``path``. SettingsError naming the rule that cannot be used.

    ``conditions`` are the names that ``when`` may hold.
    """
    where = "rules.toml" if path is None else str(path)
    source = files("rempart.notice") / "rules.toml" if path is None else path
    advice = _("compare with the packaged src/rempart/notice/rules.toml")
    try:
        book = msgspec.convert(tomllib.loads(source.read_text(encoding="utf-8")), RuleBook)
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise SettingsError(_("{where}: {why}").format(where=where, why=why_of(error)), advice) from error
    known: dict[str, Rule] = {}
    for rule in book.rule:
        fault = _fault(rule, known, conditions)
        if fault:
            raise SettingsError(
                _("{where}: rule {id} {fault}").format(where=where, id=f"{rule.id!r}", fault=fault), advice
            )
        known[rule.id] = rule
    return book


def _fault(rule: Rule, before: dict[str, Rule], conditions: frozenset[str]) -> str:
    if rule.id in before:
        return "stands there twice"
    if rule.when not in conditions:
        return f"has an unknown condition {rule.when!r}"
    if not rule.status:
        return "has no status"
    if rule.limit_h is not None and rule.limit_h <= 0:
        return "has a limit that is no time"
    if (rule.limit_after is None) != (rule.limit_months is None) or (rule.limit_after and rule.limit_h):
        return "needs limit_h alone, or limit_after with limit_months"
    if rule.limit_after is not None and rule.limit_after not in before:
        return f"follows {rule.limit_after!r}, which does not stand before it"
    return ""
