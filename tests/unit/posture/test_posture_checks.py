"""Each check at its edges: what is listed, what looks alike and is not, and what is said not to be known."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.errors import SourceError
from rempart.language import language_of
from rempart.pipeline.login_methods import read_methods
from rempart.posture.checks import look_over
from rempart.posture.finding import Finding, Untold
from rempart.posture.house import DAY_MS, Account, House, Right, System, Turns, Unit
from rempart.posture.logins import count_factors
from rempart.posture.words import FINDINGS, TITLES, UNTOLD, say_finding, say_untold

END = 200 * DAY_MS
SYSTEM = System("portal", 50_000, 100, 500, 400, 400, 10_000, ("identity",), ("identity", "contact"))
RIGHT = Right("nurse", "portal", 20, 300, 10_000, ("identity",), ("identity", "contact"), 5_000, 4_000, 80)
ACCOUNT = Account("a", "nurse", "portal", 300, 100 * DAY_MS, END, 5)
UNITS = (
    Unit("w1", "nurse", 900, 700, 500, ("identity",), ("identity",)),
    Unit("w2", "nurse", 900, 600, 500, ("identity",), ("identity",)),
)


def house(**changed: object) -> House:
    """A house with nothing to find, but for what is ``changed``."""
    plain = House(
        100 * DAY_MS, END, (ACCOUNT,), {("nurse", "portal"): replace(RIGHT, on_file=1_000)}, (SYSTEM,), UNITS,
        care_known=True, methods_known=True, price=lambda people, shows, all_of_it: (people, people * len(all_of_it)),
    )  # fmt: skip
    whole = replace(plain, accounts=(replace(ACCOUNT, methods=frozenset({"pwd", "otp"})),))
    return replace(whole, **changed)  # type: ignore[arg-type]


def codes(one: House) -> list[str]:
    findings, untold = look_over(one)
    return [each.code for each in (*findings, *untold)]


def account(**changed: object) -> House:
    return house(accounts=(replace(ACCOUNT, methods=frozenset({"sc"}), **changed),))  # type: ignore[arg-type]


def test_a_house_in_order_has_nothing_to_find() -> None:
    assert codes(house()) == []


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"last_ms": END - 44 * DAY_MS}, []),
        ({"last_ms": END - 45 * DAY_MS}, ["dormant_unused"]),
        ({"last_ms": END - 50 * DAY_MS, "longest_pause_days": 40}, []),
        ({"last_ms": END - 61 * DAY_MS, "longest_pause_days": 40}, ["dormant_unused"]),
        ({"last_ms": None, "listed_since_ms": END - 45 * DAY_MS}, ["dormant_never"]),
        ({"last_ms": None, "listed_since_ms": END - 44 * DAY_MS}, []),
        ({"last_ms": None, "listed_since_ms": 0}, ["dormant_never"]),
        ({"left_ms": END - 3 * DAY_MS}, ["dormant_left"]),
        ({"left_ms": END - DAY_MS}, ["dormant_leavers"]),
        ({"left_ms": END - 90 * DAY_MS, "last_ms": END - 91 * DAY_MS}, ["dormant_leavers"]),
        ({"turns": Turns(25, 5, 14, 3)}, ["shared_hands"]),
        ({"turns": Turns(400, 4, 14, 400)}, []),
        ({"turns": Turns(24, 9, 40, 0)}, []),
        ({"turns": Turns(90, 9, 13, 90)}, []),
    ],
)
def test_accounts_at_the_edge(changed: dict[str, object], expected: list[str]) -> None:
    assert codes(account(**changed)) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({}, ["rights_patients"]),
        ({"in_care": 2_999}, []),
        ({"beyond": 4}, []),
        ({"refused": 80}, []),
        ({"usual_patients": 2_001}, []),
        ({"openings": 199, "in_care": 199}, []),
        ({"in_care": 0, "rare": {"images": 1}}, ["rights_kinds"]),
    ],
)
def test_rights_at_the_edge(changed: dict[str, object], expected: list[str]) -> None:
    right = replace(RIGHT, **changed)  # type: ignore[arg-type]
    assert codes(house(rights={("nurse", "portal"): right})) == expected


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        ({"executions": 0, "searches": 0, "telling": 0}, ["audit_no_searches"]),
        ({"executions": 0}, []),
        ({"telling": 0}, ["audit_no_results"]),
        ({"telling": 0, "searches": 19}, []),
        ({"executions": 0, "searches": 0, "records": 999}, []),
        ({"executions": 0, "searches": 0, "days": 6}, []),
    ],
)
def test_systems_at_the_edge(changed: dict[str, object], expected: list[str]) -> None:
    assert codes(house(systems=(replace(SYSTEM, **changed),))) == expected  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("here", "there", "expected"),
    [((900, 179), (900, 600), ["care_unit"]), ((900, 181), (900, 600), []), ((900, 0), (900, 400), []),
     ((199, 0), (900, 600), []), ((900, 0), (199, 199), [])],
)  # fmt: skip
def test_units_at_the_edge(here: tuple[int, int], there: tuple[int, int], expected: list[str]) -> None:
    units = [
        replace(unit, openings=openings, in_care=in_care)
        for unit, (openings, in_care) in zip(UNITS, (here, there), strict=True)
    ]
    assert codes(house(units=tuple(units))) == expected


def test_a_unit_that_lacks_its_feed_is_listed_once_for_all_its_roles() -> None:
    bare = [replace(UNITS[0], role=role, in_care=0) for role in ("nurse", "doctor")]
    fed = [replace(UNITS[1], role=role) for role in ("nurse", "doctor")]
    assert codes(house(units=(*bare, *fed))) == ["care_unit"]


@pytest.mark.parametrize(
    ("words", "factors"),
    [("pwd", 1), ("otp", 1), ("pwd otp", 2), ("pwd pin", 1), ("sc", 2), ("mfa", 2), ("fpt hwk", 2), ("", 0),
     ("user", 0), ("http://eidas.europa.eu/LoA/high", 2), ("http://eidas.europa.eu/LoA/low", 1), ("PWD", 1)],
)  # fmt: skip
def test_factors_are_counted_by_kind(words: str, factors: int) -> None:
    assert count_factors(frozenset(words.split())) == factors


def test_without_a_list_of_logins_nothing_is_said_of_them() -> None:
    assert codes(house(methods_known=False)) == ["login_unknown"]
    assert codes(house(accounts=(ACCOUNT,))) == ["login_silent"]
    assert codes(house(accounts=(replace(ACCOUNT, methods=frozenset({"pwd"})),))) == ["login_single"]


def test_without_care_data_the_house_is_the_finding() -> None:
    assert codes(house(care_known=False, units=())) == ["care_none", "rights_no_care"]


@given(patients=st.integers(0, 20_000), more=st.integers(0, 20_000))
def test_the_more_an_account_could_open_the_more_is_at_stake(patients: int, more: int) -> None:
    def stake(on_file: int) -> tuple[float, float]:
        one = replace(ACCOUNT, patients=patients, turns=Turns(99, 9, 30, 0))
        rights = {("nurse", "portal"): replace(RIGHT, on_file=on_file, openings=0)}
        return house(accounts=(one,), rights=rights).needless(one)[1]

    assert stake(10_000) <= stake(10_000 + more)


@pytest.mark.parametrize("language", ["en", "fr"])
def test_every_finding_has_words_in_both_languages(language: str) -> None:
    spoken = language_of(language)
    names = ("days", "role", "on_file", "system", "accounts", "usual", "explained_percent", "users", "methods",
             "turns", "networks", "records", "searches", "percent", "usual_percent", "count", "least")  # fmt: skip
    figures = dict.fromkeys(names, 2_000)
    for code in FINDINGS:
        assert code.partition("_")[0] in TITLES
        said, to_do = say_finding(Finding(code, "x", 1, (0, 1), figures), spoken.gettext, spoken.number, {})
        assert "{" not in said + to_do
        assert (said in FINDINGS[code][0]) is False or language == "en"
    for code in UNTOLD:
        assert "{" not in say_untold(Untold(code, figures), spoken.gettext, spoken.number)


def test_what_a_log_says_cannot_move_the_cursor() -> None:
    spoken = language_of("en")
    one = Finding("login_single", "x", 1, (0, 1), {"methods": "pwd\x1b[2J", "role": "r"})
    assert "\x1b" not in say_finding(one, spoken.gettext, spoken.number, {})[0]


def test_methods_are_read_from_a_providers_table(tmp_path: Path) -> None:
    table = tmp_path / "logins.csv"
    table.write_text(
        "\ufeffAccount;amr;acr\na;pwd,otp;\nPractitioner/b;;eidas3\na;sc;\n;pwd;\n", encoding="utf-8"
    )
    assert read_methods(table) == {"a": frozenset({"pwd", "otp", "sc"}), "b": frozenset({"eidas3"})}
    table.write_text("user,amr\na,pwd\n")
    with pytest.raises(SourceError, match="no columns account"):
        read_methods(table)
    table.write_bytes(b"\xff\xfe\x00")
    with pytest.raises(SourceError, match="cannot be read"):
        read_methods(table)
