"""The rule file: dated, sourced, and refused where a rule cannot be used."""

from __future__ import annotations

from datetime import date
from importlib.resources import files
from pathlib import Path

import pytest

from rempart.errors import SettingsError
from rempart.notice.obligations import CONDITIONS
from rempart.notice.rules import Rule, RuleBook, read_rules

NAMES = frozenset(CONDITIONS)


def packaged() -> RuleBook:
    return read_rules(None, NAMES)


def rule(name: str) -> Rule:
    return next(each for each in packaged().rule if each.id == name)


def test_every_rule_is_said_in_both_languages_with_source_and_day() -> None:
    for each in packaged().rule:
        for text in (each.authority, each.title, each.basis, each.form):
            assert text.fr.strip(), each.id
            assert text.en.strip(), each.id
        assert each.source, each.id
        assert date(2024, 1, 1) <= each.as_of <= packaged().as_of, each.id


@pytest.mark.parametrize(
    ("name", "day", "status"),
    [
        ("cnil", date(2018, 5, 24), None),
        ("cnil", date(2026, 3, 1), "in_force"),
        ("health", date(2017, 10, 1), "in_force"),
        ("nis2-warning", date(2024, 10, 17), None),
        ("nis2-warning", date(2026, 3, 1), "not_transposed"),
        ("cnil-96h", date(2026, 3, 1), "proposal"),
        ("complaint", date(2023, 4, 23), None),
        ("complaint", date(2023, 4, 24), "in_force"),
        ("orders", date(2026, 3, 1), "recommendation"),
    ],
)
def test_a_status_holds_from_its_day_on(name: str, day: date, status: str | None) -> None:
    found = rule(name).status_on(day)
    assert (found.status if found else None) == status


def test_limits_are_those_of_the_texts() -> None:
    hours = {each.id: each.limit_h for each in packaged().rule if each.limit_h}
    assert hours == {"cnil": 72, "cnil-96h": 96, "nis2-warning": 24, "nis2-notification": 72, "complaint": 72}
    assert (rule("nis2-report").limit_after, rule("nis2-report").limit_months) == ("nis2-notification", 1)


def test_the_health_sector_widened_in_2022() -> None:
    before, after = (rule("health").status_on(day) for day in (date(2022, 4, 28), date(2022, 4, 29)))
    assert before
    assert after
    assert "médico-social" not in before.note.fr
    assert "médico-social" in after.note.fr


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('when = "risk"', 'when = "risky"', "unknown condition"),
        ('id = "register"', 'id = "cnil"', "stands there twice"),
        ("limit_h = 24", "limit_h = 0", "no time"),
        ("limit_h = 24", "limit_months = 1", "needs limit_h alone"),
        ('limit_after = "nis2-notification"', 'limit_after = "nis3"', "does not stand before"),
        ('who = ["processor"]', 'who = ["nobody"]', "Invalid enum value"),
        ("limit_h = 24", "limit_hours = 24", "limit_hours"),
        ("[[rule]]", "[[rule]", "rules"),
    ],
)
def test_a_rule_that_cannot_be_used_is_named(tmp_path: Path, old: str, new: str, said: str) -> None:
    text = (files("rempart.notice") / "rules.toml").read_text(encoding="utf-8")
    assert old in text
    path = tmp_path / "rules.toml"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    with pytest.raises(SettingsError, match=said):
        read_rules(path, NAMES)
