from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from rempart.ledger.pseudonym import (
    NETWORK,
    PATIENT,
    REQUEST,
    SESSION,
    VALUE_MASK,
    hash_strings,
    hash_text,
    siphash24,
)

KEY = bytes(range(16))
DOMAINS = (PATIENT, SESSION, REQUEST, NETWORK, VALUE_MASK)


@pytest.mark.parametrize(
    ("length", "expected"),
    [
        (0, 0x726FDB47DD0E0E31),
        (1, 0x74F839C593DC67FD),
        (7, 0xAB0200F58B01D137),
        (8, 0x93F5F5799A932462),
        (15, 0xA129CA6149BE45E5),
    ],
)
def test_published_vectors(length: int, expected: int) -> None:
    """Aumasson and Bernstein 2012, appendix A (15 bytes), and the authors' vectors for key 00 to 0f."""
    assert siphash24(bytes(range(length)), KEY) == expected


TEXTS = ["", "a", "1 85 05 78 006 084", "é" * 9, "𝔘nicode", "12345678", "1234567", "\0", "x" * 300]


@pytest.mark.parametrize("kind", [pa.string(), pa.large_string()])
def test_a_column_hashes_as_its_strings_one_by_one(kind: pa.DataType) -> None:
    array = pa.array(TEXTS, kind)
    expected = [hash_text(text, KEY, PATIENT) for text in TEXTS]
    assert hash_strings(array, KEY, PATIENT).tolist() == expected
    assert hash_strings(array.slice(2, 4), KEY, PATIENT).tolist() == expected[2:6]
    assert hash_strings(array.dictionary_encode(), KEY, PATIENT).tolist() == expected


def test_a_null_hashes_as_the_empty_string() -> None:
    array = pa.array(["a", None], pa.string())
    empty = hash_text("", KEY, PATIENT)
    assert hash_strings(array, KEY, PATIENT)[1] == empty
    assert hash_strings(array.dictionary_encode(), KEY, PATIENT)[1] == empty
    assert hash_strings(pa.array([], pa.string()), KEY, PATIENT).dtype == np.uint64


def test_uses_and_keys_are_apart() -> None:
    assert len({hash_text("same", KEY, domain) for domain in DOMAINS}) == len(DOMAINS)
    assert hash_text("same", KEY, PATIENT) != hash_text("same", bytes(16), PATIENT)


def test_other_types_are_refused() -> None:
    with pytest.raises(TypeError, match="int64"):
        hash_strings(pa.array([1, 2]), KEY, PATIENT)
