"""The escrow: two shares open it, one does not, and nothing in it can be changed, dropped or moved."""

from __future__ import annotations

import io

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rempart.errors import KeyFileError
from rempart.ledger.escrow import key_name, make_key, read_share, seal, unseal

PUBLIC, ONE, OTHER = make_key()
PIECES = [b"first" * 100, b"second" * 100, b"third"]


def sealed(pieces: list[bytes], public: bytes = PUBLIC) -> bytes:
    file = io.BytesIO()
    seal(pieces, public, file)
    return file.getvalue()


def opened(raw: bytes, shares: tuple[str, str] = (ONE, OTHER)) -> list[bytes]:
    return list(unseal(io.BytesIO(raw), shares))


def test_both_shares_open_it_in_either_order() -> None:
    raw = sealed(PIECES)
    assert opened(raw) == opened(raw, (OTHER, ONE)) == PIECES
    assert opened(sealed([])) == [b""]


def test_the_content_is_not_in_the_file_and_two_seals_differ() -> None:
    assert b"first" not in sealed(PIECES)
    assert sealed(PIECES) != sealed(PIECES)


def test_one_share_or_a_stranger_s_opens_nothing() -> None:
    _, stranger, _ = make_key()
    raw = sealed(PIECES)
    with pytest.raises(KeyFileError, match="same share"):
        opened(raw, (ONE, ONE))
    with pytest.raises(KeyFileError, match="do not open"):
        opened(raw, (stranger, OTHER))


def test_a_share_alone_says_nothing_of_the_key() -> None:
    shares = {read_share(make_key()[1])[1] for _ in range(50)}
    assert len(shares) == 50
    assert key_name(PUBLIC).upper() in ONE


@pytest.mark.parametrize("cut", [1, 8, 20, 40, 200])
def test_a_file_cut_short_is_found(cut: int) -> None:
    with pytest.raises(KeyFileError, match="escrow"):
        opened(sealed(PIECES)[:-cut])


def test_a_whole_piece_dropped_or_moved_is_found() -> None:
    raw = sealed(PIECES)
    cuts, at = [], 18 + int.from_bytes(raw[16:18], "little")
    head = raw[:at]
    while at < len(raw):
        size = 4 + int.from_bytes(raw[at : at + 4], "little")
        cuts.append(raw[at : at + size])
        at += size
    assert len(cuts) == 3
    for changed in (cuts[:2], cuts[1:], [cuts[1], cuts[0], cuts[2]], cuts[:1], []):
        with pytest.raises(KeyFileError, match="changed or cut"):
            opened(head + b"".join(changed))


@settings(max_examples=60)
@given(st.integers(0, 10_000), st.integers(1, 255))
def test_a_changed_byte_is_found(place: int, flip: int) -> None:
    raw = bytearray(sealed(PIECES))
    raw[place % len(raw)] ^= flip
    with pytest.raises(KeyFileError):
        opened(bytes(raw))


@given(st.integers(0, len(ONE) - 1), st.sampled_from("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"))
def test_a_slip_of_the_pen_in_a_share_is_found(place: int, letter: str) -> None:
    changed = ONE[:place] + letter + ONE[place + 1 :]
    if changed != ONE:
        with pytest.raises(KeyFileError):
            read_share(changed)


def test_a_share_copied_with_spaces_and_small_letters_is_read() -> None:
    assert read_share(f" {ONE.lower()} \n") == read_share(ONE)


@pytest.mark.parametrize(
    "text",
    ["", "REMPART-SHARE", "é", "REMPART-SHARE-3-" + "A" * 80, ONE[:-5]],
    ids=["empty", "prefix", "accent", "third", "cut"],
)
def test_what_is_no_share_is_refused(text: str) -> None:
    with pytest.raises(KeyFileError):
        read_share(text)
