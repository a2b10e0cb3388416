"""Names joined into one: the first known stays, whatever the order, and no class swallows a hospital."""

from __future__ import annotations

import random

import numpy as np

from rempart.care.aliases import MOST_NAMES, AccountAliases, Aliases


def u8(*values: int) -> np.ndarray:
    return np.array(values, np.uint64)


def test_nothing_joined_gives_the_same_array_back() -> None:
    ids = u8(3, 1, 2)
    assert Aliases().canonical(ids) is ids


def test_name_first_then_merge_to_the_earliest_known() -> None:
    aliases = Aliases()
    old, new = aliases.add(u8(5, 7), u8(6, 8), np.array([10, 5]))
    assert (old.tolist(), new.tolist()) == ([6, 8], [5, 7])
    assert aliases.canonical(u8(5, 6, 7, 8, 9)).tolist() == [5, 5, 7, 7, 9]
    old, new = aliases.add(u8(6), u8(8), np.array([20]))
    assert (old.tolist(), new.tolist()) == ([5], [7])
    assert aliases.canonical(u8(5, 6, 7, 8, 9)).tolist() == [7, 7, 7, 7, 9]


def test_an_earlier_mention_makes_a_name_canonical() -> None:
    aliases = Aliases()
    aliases.add(u8(1), u8(2), np.array([10]))
    old, new = aliases.add(u8(2), u8(1), np.array([3]))
    assert (old.tolist(), new.tolist()) == ([1], [2])


def test_any_order_gives_the_same_names() -> None:
    chance = random.Random(4)
    pairs = [(chance.randrange(60), chance.randrange(60), at) for at in range(50)]
    ids = np.arange(60, dtype=np.uint64)
    seen = []
    for _ in range(5):
        chance.shuffle(pairs)
        whole, single = Aliases(), Aliases()
        names, others, known = (np.array(column) for column in zip(*pairs, strict=True))
        whole.add(names, others, known)
        for name, other, at in pairs:
            single.add(u8(name), u8(other), np.array([at]))
        assert whole.canonical(ids).tolist() == single.canonical(ids).tolist()
        seen.append(whole.canonical(ids).tolist())
    assert all(one == seen[0] for one in seen)


def test_of_names_known_together_the_first_met_stays_however_it_is_spelled() -> None:
    for first, later in ((1, 9), (9, 1)):
        aliases = Aliases()
        aliases.add(u8(first), u8(5))
        aliases.add(u8(later), u8(5))
        assert aliases.canonical(u8(1, 5, 9)).tolist() == [first] * 3


def test_moves_lead_to_the_canonical_name() -> None:
    """Whoever keeps things under canonical names and follows the moves, in order, finds them again."""
    chance = random.Random(5)
    aliases = Aliases()
    home = {number: number for number in range(80)}
    for at in range(60):
        old, new = aliases.add(u8(chance.randrange(80)), u8(chance.randrange(80)), np.array([100 - at]))
        for one, other in zip(old.tolist(), new.tolist(), strict=True):
            home = {number: other if place == one else place for number, place in home.items()}
        ids = np.arange(80, dtype=np.uint64)
        assert aliases.canonical(ids).tolist() == [home[number] for number in range(80)]


def test_a_class_stops_growing() -> None:
    aliases = Aliases()
    hub = np.zeros(500, np.uint64)
    aliases.add(hub, np.arange(1, 501, dtype=np.uint64), np.arange(500))
    assert aliases.refused == 500 - (MOST_NAMES - 1)
    assert int((aliases.canonical(np.arange(501, dtype=np.uint64)) == 0).sum()) == MOST_NAMES


def test_state_goes_on_identically() -> None:
    aliases = Aliases()
    aliases.add(u8(*range(0, 40, 2)), u8(*range(1, 41, 2)), np.arange(20))
    copy = Aliases.restore(aliases.state())
    for one in (aliases, copy):
        one.add(u8(0, 2), u8(2, 4), np.array([50, 51]))
    assert {key: value.tobytes() for key, value in aliases.state().items()} == {
        key: value.tobytes() for key, value in copy.state().items()
    }


def test_accounts() -> None:
    accounts = AccountAliases()
    assert accounts.add("d1", "81000", 10) == (("81000", "d1"),)
    assert accounts.add("rôle-1", "d1", 5) == (("d1", "rôle-1"),)
    copy = AccountAliases.restore(accounts.state())
    for one in (accounts, copy):
        assert one.canonical("81000") == "rôle-1"
        assert one.canonical("stranger") == "stranger"
        assert one.add("x", "81000", 99) == (("x", "rôle-1"),)
    assert AccountAliases.restore(AccountAliases().state()).canonical("a") == "a"
