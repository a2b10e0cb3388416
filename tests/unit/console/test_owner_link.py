"""A link is good for what it says, until it expires, and for nothing else."""

from __future__ import annotations

from urllib.parse import parse_qs, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.console.owner_link import OwnerLink, make_link, read_link
from rempart.errors import RequestRefused

KEY = b"k" * 32
LINK = OwnerLink("dr-é", 7, 1_000, ((1, 71, 12), (10, 0, -1)))


def token(link: OwnerLink = LINK, key: bytes = KEY) -> str:
    return parse_qs(urlsplit(make_link("https://x.example/", key, link)).query)["t"][0]


def test_a_link_says_what_it_was_made_with_until_it_expires() -> None:
    assert read_link(token(), KEY, 999) == LINK
    with pytest.raises(RequestRefused, match="link_expired"):
        read_link(token(), KEY, 1_000)
    with pytest.raises(RequestRefused, match="link_forged"):
        read_link(token(key=b"x" * 32), KEY, 1)


@given(st.integers(0, 10_000), st.characters(codec="ascii"))
def test_a_changed_link_is_forged(place: int, letter: str) -> None:
    good = token()
    place %= len(good)
    changed = good[:place] + letter + good[place + 1 :]
    try:
        assert read_link(changed, KEY, 1) == LINK
    except RequestRefused:
        return


@given(st.text(max_size=300))
def test_no_other_text_is_a_link(text: str) -> None:
    with pytest.raises(RequestRefused):
        read_link(text, KEY, 1)
