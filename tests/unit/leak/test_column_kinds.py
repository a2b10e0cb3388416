"""Numbers with a key: right ones pass however they are written, a wrong figure is found."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rempart.leak.kinds import (
    adeli,
    card,
    coding,
    dates,
    drug,
    email,
    finess,
    iban,
    nir,
    organisation,
    phone,
    postcode,
    rpps,
    secret,
)


@pytest.mark.parametrize(
    ("check", "right", "wrong"),
    [
        (nir.is_valid, "2 95 10 99 126 111 93", "2 95 10 99 126 111 94"),
        (nir.is_valid, "1 85 05 2A 004 123 " + nir.key_of("185052A004123"), "185052B00412300"),
        (nir.is_valid, "7 95 10 99 126 111 " + nir.key_of("7951099126111"), "9951099126111" + "00"),
        (rpps.is_valid, "10003456786", "10003456781"),
        (adeli.is_valid, "2A1234567", "001234567"),
        (finess.is_valid, "58 000880 3", "580008804"),
        (iban.is_valid, "FR14 2004 1010 0505 0001 3M02 606", "FR14 2004 1010 0505 0001 3M02 607"),
        (iban.is_valid, "20041010050500013M02606", "20041010050500013M02607"),
        (card.is_valid, "4111 1111 1111 1111", "4111 1111 1111 1112"),
        (drug.is_cip13, "3400936025677", "3400936025678"),
        (drug.is_cip7, "3602567", "3602568"),
        (coding.is_loinc, "4548-4", "4548-5"),
        (coding.is_cim10, "E11.9", "11E9"),
        (coding.is_ccam, "HHFA001", "HHF0011"),
        (email.is_valid, "Jean.D@Example.fr", "jean@@example.fr"),
        (postcode.is_valid, "1000", "00123"),
        (organisation.is_valid, "732 829 320 00074", "732 829 320 00075"),
        (organisation.is_valid, "W751234567", "X751234567"),
        (organisation.is_siren, "732829320", "732829321"),
        (secret.is_valid, "$2b$12$abcdefghijklmnopqrstuv", "chien"),
    ],
)
def test_a_right_number_passes_and_a_wrong_one_does_not(check: object, right: str, wrong: str) -> None:
    assert callable(check)
    assert check(right)
    assert not check(wrong)


@given(st.integers(1, 2), st.integers(0, 99), st.integers(1, 12), st.integers(1, 95), st.integers(0, 999_999))
def test_a_nir_with_its_key_is_valid_and_with_no_other(
    sex: int, year: int, month: int, where: int, rest: int
) -> None:
    body = f"{sex}{year:02d}{month:02d}{where:02d}{rest:06d}"
    assert nir.is_valid(body + nir.key_of(body))
    assert not nir.is_valid(body + f"{(int(nir.key_of(body)) + 1) % 100:02d}")


@given(
    st.dates(
        min_value=__import__("datetime").date(1900, 1, 1), max_value=__import__("datetime").date(2025, 12, 31)
    )
)
def test_a_date_reads_the_same_in_every_spelling(day: object) -> None:
    wanted = int(day.strftime("%Y%m%d"))  # type: ignore[attr-defined]
    for form in ("%Y-%m-%d", "%d/%m/%Y", "%d.%m.%Y", "%Y%m%d", "%Y-%m-%dT00:00:00Z"):
        assert dates.parse(day.strftime(form)) == wanted  # type: ignore[attr-defined]


@given(st.from_regex(r"0[1-9][0-9]{8}", fullmatch=True))
def test_a_telephone_number_reads_the_same_in_every_spelling(number: str) -> None:
    for spelled in (
        phone.format_(number),
        "+33" + number[1:],
        "0033 " + number[1:],
        "+33 (0)" + number[1:],
        number[1:],
    ):
        assert phone.compact(spelled) == number


def test_dates_cut_or_in_words() -> None:
    assert [dates.parse(text) for text in ("12 mars 1975", "1975", "03/25/1980", "32/01/1980", "27465")] == [
        19750312, 19750000, 19800325, 0, 19750312,
    ]  # fmt: skip
