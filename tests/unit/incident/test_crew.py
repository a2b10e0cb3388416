"""Accounts of one crew come out as one; strangers stay apart."""

from __future__ import annotations

import numpy as np

from rempart.incident.crew import APART_MS, Trace, gather_groups, link_traces

DAY_MS = 86_400_000


def trace(account: str, first: int = 0, patients: range = range(0), **said: str) -> Trace:
    def words(name: str) -> frozenset[str]:
        return frozenset([said[name]] if name in said else [])

    return Trace(
        account, first * DAY_MS, (first + 1) * DAY_MS, words("session"), words("network"), words("software"),
        words("unit"), np.array(patients, np.uint64),
    )  # fmt: skip


def by(traces: list[Trace], networks=None, software=None, house: int = 100_000) -> list[str]:
    return [link.by for link in link_traces(traces, networks or {}, software or {}, house)]


def test_a_session_two_accounts_used_links_them() -> None:
    assert by([trace("a", session="s"), trace("b", session="s")]) == ["session"]
    assert by([trace("a", session="s"), trace("b", session="t")]) == []


def test_a_network_links_only_where_hardly_anybody_else_uses_it() -> None:
    pair = [trace("a", network="n"), trace("b", network="n")]
    assert by(pair, {"n": 4}) == ["network"]
    assert by(pair, {"n": 5}) == []


def test_a_thief_who_comes_back_to_one_account_from_a_rare_network_is_one_theft() -> None:
    assert by([trace("a", network="n"), trace("a", first=4, network="n")], {"n": 1}) == ["network"]


def test_one_account_doubted_twice_at_its_usual_place_is_two_suspicions() -> None:
    assert by([trace("a", network="n"), trace("a", first=4, network="n")], {"n": 90}) == []


def test_rare_software_links_accounts_but_not_an_account_with_itself() -> None:
    assert by([trace("a", software="x"), trace("b", software="x")], software={"x": 2}) == ["software"]
    assert by([trace("a", software="x"), trace("a", first=2, software="x")], software={"x": 1}) == []


def test_patients_link_only_beyond_chance_and_not_colleagues() -> None:
    pair = [trace("a", patients=range(100)), trace("b", patients=range(50, 150))]
    assert by(pair) == ["patients"]
    assert by(pair, house=400) == []
    assert by([trace("a", patients=range(100), unit="w"), trace("b", patients=range(100), unit="w")]) == []
    assert by([trace("a", patients=range(19)), trace("b", patients=range(19))]) == []


def test_suspicions_months_apart_are_not_linked() -> None:
    late = APART_MS // DAY_MS + 2
    assert by([trace("a", network="n"), trace("b", first=late, network="n")], {"n": 2}) == []


def test_links_chain_into_one_group() -> None:
    crew = [trace(name, network=f"n{n // 2}", software=f"s{(n + 1) // 2}") for n, name in enumerate("abcdef")]
    links = link_traces(crew, {"n0": 2, "n1": 2, "n2": 2}, {"s1": 2, "s2": 2}, 10)
    assert gather_groups(7, links) == [[0, 1, 2, 3, 4, 5], [6]]
