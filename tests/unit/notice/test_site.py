"""The site's facts: the example is whole, wrong entries are named, letters carry no link."""

from __future__ import annotations

from pathlib import Path

import pytest

from rempart.errors import SettingsError
from rempart.notice.site import example, made_up, read_site


def with_line(tmp_path: Path, old: str, new: str) -> Path:
    text = made_up()
    assert old in text
    path = tmp_path / "site.toml"
    path.write_text(text.replace(old, new), encoding="utf-8")
    return path


def test_the_example_is_read_and_every_section_is_in_it(tmp_path: Path) -> None:
    site = read_site(with_line(tmp_path, "", ""))
    assert site.organisation.role == "controller"
    for section in ("organisation", "contact", "dpo", "letters", "theft", "law", "sent", "[processors"):
        assert f"[{section}" in example()


def test_what_was_sent_is_read_in_utc(tmp_path: Path) -> None:
    site = read_site(with_line(tmp_path, "# cnil = ", "cnil = "))
    assert [at.isoformat() for at in site.sent["cnil"]] == ["2026-03-05T08:30:00+00:00"]


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ('role = "controller"', 'role = "owner"', "role"),
        ('sector = "hospital"', "", "sector"),
        ('phone = "03 00 00 00 00"', "phone = 3", "phone"),
        ('zone = "Europe/Paris"', 'zone = "Paris"', "zone"),
        ('zone = "Europe/Paris"', 'zone = "../etc"', "zone"),
        ("insured = ", "insurred = ", "insurred"),
        ('name = "Centre hospitalier des Dunes"', 'name = ""', "name is empty"),
        ("# staff = 1200", "staff = 12\nstaff = 13", "Cannot overwrite"),
    ],
)
def test_a_wrong_entry_is_named(tmp_path: Path, old: str, new: str, named: str) -> None:
    with pytest.raises(SettingsError, match=named):
        read_site(with_line(tmp_path, old, new))


@pytest.mark.parametrize("link", ["https://chu.example", "www.chu.fr", "dpo@chu.fr", "voir chu-dunes.fr"])
def test_a_link_in_what_patients_read_is_refused(tmp_path: Path, link: str) -> None:
    with pytest.raises(SettingsError, match=r"measures\.fr holds a link"):
        read_site(with_line(tmp_path, "L’accès volé a été fermé.", link))
    with pytest.raises(SettingsError, match="phone holds a link"):
        read_site(with_line(tmp_path, 'phone = "03 00 00 00 00"', f'phone = "{link}"'))


def test_control_characters_do_not_get_through(tmp_path: Path) -> None:
    site = read_site(with_line(tmp_path, "Centre hospitalier", "Centre\\u001b[2J"))
    assert site.organisation.name.isprintable()


def test_the_example_states_nothing_and_is_refused_until_filled_in(tmp_path: Path) -> None:
    path = tmp_path / "site.toml"
    path.write_text(example(), encoding="utf-8")
    with pytest.raises(SettingsError, match="name is empty"):
        read_site(path)
    path.write_text(example().replace('name = ""', 'name = "CH"', 1), encoding="utf-8")
    site = read_site(path)
    assert not any(
        (site.letters.phone, *site.letters.measures.values(), site.organisation.address, site.dpo.address)
    )
