"""Weaknesses planted in a simulated region of honest staff are found, and their look-alikes are not listed."""

from __future__ import annotations

import csv
import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from rempart.cli import rempart
from rempart.lab.emit import write_region
from rempart.lab.region import Region, build_region
from rempart.lab.spec import RegionSpec

STAFF = (
    *(("gp", 3), ("gp_secretary", 2), ("hospital_doctor", 5), ("nurse", 9), ("admission_clerk", 1)),
    *(
        ("emergency_doctor", 2),
        ("coder", 1),
        ("pharmacist", 2),
        ("laboratory", 1),
        ("locum", 2),
        ("batch", 1),
    ),
)
DAYS = 54
TOWN = ("pharmacist", "laboratory")
Event = dict[str, Any]


def run(*words: str | Path) -> str:
    done = CliRunner().invoke(rempart, [str(word) for word in words], catch_exceptions=False)
    assert done.exit_code == 0, done.output
    return done.output


def account_of(event: Event) -> str:
    return str(event["agent"][0]["who"]["identifier"]["value"])


def day_of(event: Event) -> str:
    return str(event["recorded"])[:10]


class Planted:
    """A region's files with weaknesses in them, and who bears which."""

    def __init__(self, folder: Path) -> None:
        region = build_region(RegionSpec(seed=31, days=DAYS, patients=1600, staff=STAFF, lent_share=0.2))
        write_region(region, folder)
        self.folder = folder
        self.events = [json.loads(line) for line in (folder / "audit.ndjson").read_bytes().splitlines()]
        self.care = [json.loads(line) for line in (folder / "care.ndjson").read_bytes().splitlines()]
        self.days = sorted({day_of(event) for event in self.events})
        busy = Counter(account_of(event) for event in self.events)

        def of(role: str) -> list[str]:
            return sorted(
                (one.identifier for one in region.accounts if one.role == role), key=lambda a: -busy[a]
            )

        self.dormant, self.leaver = of("gp")[:2]
        self.intermittent = of("emergency_doctor")[0]
        self.shared, self.guest, self.curious, self.bare = of("nurse")[:4]
        self.coder, self.batch = of("coder")[0], of("batch")[0]
        self.guest_id = self._practitioner(self.guest)
        self._fall_asleep()
        self._leave()
        self._share()
        self._see_images()
        self.unit = self._lose_feed()
        self._write(region)

    def _fall_asleep(self) -> None:
        """The dormant account stops after a week; the intermittent one pauses five weeks and comes back."""
        early, late = self.days[7], self.days[42]
        self.events = [
            event
            for event in self.events
            if not (account_of(event) == self.dormant and day_of(event) > early)
            and not (account_of(event) == self.intermittent and early < day_of(event) < late)
        ]

    def _practitioner(self, account: str) -> str:
        """The staff list's own id of an account's owner."""
        (person,) = [
            one["id"]
            for one in self.care
            if one["resourceType"] == "Practitioner" and one["identifier"][0]["value"] == account
        ]
        return str(person)

    def _leave(self) -> None:
        """The staff list says that the leaver left four weeks before the end; the account goes on."""
        person = self._practitioner(self.leaver)
        for one in self.care:
            if one["resourceType"] == "PractitionerRole" and person in one["practitioner"]["reference"]:
                one["period"]["end"] = self.days[28]

    def _share(self) -> None:
        """Two nurses work with one account, each in sessions of their own."""
        for event in self.events:
            if account_of(event) == self.guest:
                event["agent"][0]["who"]["identifier"]["value"] = self.shared

    def _see_images(self) -> None:
        """One nurse of nine opens images."""
        left = 5
        for event in self.events:
            if left and account_of(event) == self.curious and '"Observation/' in json.dumps(event):
                event["entity"][1]["what"]["reference"] = "ImagingStudy/x"
                left -= 1

    def _lose_feed(self) -> str:
        """No care data name the bare ward or anybody of it: its own name in the ledger."""
        posts = [one for one in self.care if one["resourceType"] == "PractitionerRole"]
        person = f"Practitioner/{self._practitioner(self.bare)}"
        unit = next(
            one["organization"]["reference"] for one in posts if one["practitioner"]["reference"] == person
        )
        names = {unit} | {
            one["practitioner"]["reference"] for one in posts if one["organization"]["reference"] == unit
        }
        kinds = ("Appointment", "Encounter", "CareTeam", "EpisodeOfCare")
        self.care = [
            one
            for one in self.care
            if one["resourceType"] not in kinds or not any(f'"{name}"' in json.dumps(one) for name in names)
        ]
        return str(unit).removeprefix("Organization/")

    def _write(self, region: Region) -> None:
        """The town's log is one of its own, and holds no search and no execution."""
        town = {one.identifier for one in region.accounts if one.role in TOWN}
        files: dict[str, list[Event]] = {"hospital.ndjson": [], "town.ndjson": []}
        for event in self.events:
            if account_of(event) not in town:
                files["hospital.ndjson"].append(event)
            elif event["action"] != "E":
                files["town.ndjson"].append(event)
        files["care.ndjson"] = self.care
        (self.folder / "audit.ndjson").unlink()
        for name, lines in files.items():
            (self.folder / name).write_text("".join(json.dumps(line) + "\n" for line in lines))


@pytest.fixture(scope="module")
def planted(tmp_path_factory: pytest.TempPathFactory) -> Planted:
    made = Planted(tmp_path_factory.mktemp("region"))
    sources = [made.folder / name for name in ("care.ndjson", "hospital.ndjson", "town.ndjson")]
    run("replay", *sources, "--out", made.folder / "out", "--data", made.folder / "data")
    return made


@pytest.fixture(scope="module")
def document(planted: Planted) -> dict[str, Any]:
    logins = planted.folder / "logins.csv"
    methods = {planted.coder: "pwd", planted.shared: "pwd otp", planted.bare: "sc"}
    logins.write_text("account,amr\n" + "".join(f"{name},{words}\n" for name, words in methods.items()))
    out = planted.folder / "posture"
    run("posture", "--data", planted.folder / "data", "--logins", logins, "--out", out)
    return dict(json.loads((out / "posture.json").read_bytes()))


def about(document: dict[str, Any], code: str) -> list[str]:
    return [one["about"] for one in document["findings"] if one["code"] == code]


def test_an_account_asleep_is_found_and_one_that_comes_back_is_not(
    planted: Planted, document: dict[str, Any]
) -> None:
    assert about(document, "dormant_unused") == [planted.dormant]
    assert about(document, "dormant_left") == [planted.leaver]
    assert planted.intermittent not in json.dumps(document)


def test_leavers_who_stopped_are_only_counted(document: dict[str, Any]) -> None:
    (told,) = [one for one in document["untold"] if one["code"] == "dormant_leavers"]
    assert told["figures"]["count"] >= 3


def test_who_works_with_anothers_account_has_one_that_is_never_used(
    planted: Planted, document: dict[str, Any]
) -> None:
    assert about(document, "dormant_never") == [planted.guest_id]


def test_two_people_on_one_account_are_found_and_lent_sessions_are_not(
    planted: Planted, document: dict[str, Any]
) -> None:
    assert about(document, "shared_hands") == [planted.shared]


def test_only_roles_that_care_explains_are_told_to_be_held_to_it(document: dict[str, Any]) -> None:
    roles = set(about(document, "rights_patients"))
    assert "nurse" in roles
    assert not roles & {"coder", "clerk", "service"}


def test_a_kind_of_data_that_one_of_nine_opens_is_found(document: dict[str, Any]) -> None:
    (found,) = [
        one for one in document["findings"] if one["code"] == "rights_kinds" and one["about"] == "nurse"
    ]
    assert (found["figures"]["kind"], found["figures"]["users"]) == ("images", 1)


def test_only_the_login_by_password_alone_is_listed(planted: Planted, document: dict[str, Any]) -> None:
    assert about(document, "login_single") == [planted.coder]
    assert "login_silent" in {one["code"] for one in document["untold"]}


def test_the_silent_log_is_found_and_the_other_is_not(planted: Planted, document: dict[str, Any]) -> None:
    assert about(document, "audit_no_searches") == [str(planted.folder / "town.ndjson")]


def test_the_unit_without_care_data_is_found_and_the_coders_are_not(
    planted: Planted, document: dict[str, Any]
) -> None:
    assert about(document, "care_unit") == [planted.unit]


def test_the_most_at_stake_comes_first_and_each_has_one_thing_to_do(document: dict[str, Any]) -> None:
    stakes = [one["stake_eur"][1] for one in document["findings"]]
    assert stakes == sorted(stakes, reverse=True)
    assert all(stake > 0 for stake in stakes)
    assert all(one["to_do"] and one["people"] > 0 for one in document["findings"])


def test_the_page_is_private_names_no_patient_and_speaks_french(planted: Planted) -> None:
    out = planted.folder / "fr"
    shown = run("posture", "--data", planted.folder / "data", "--out", out, "--lang", "fr")
    assert "Avant le prochain vol" in shown
    page = (out / "posture.html").read_text(encoding="utf-8")
    assert "La seule chose à faire" in page
    assert "<svg" in page
    assert "Patient/" not in page
    assert (out / "posture.html").stat().st_mode & 0o077 == 0
    (untold,) = [
        one
        for one in json.loads((out / "posture.json").read_bytes())["untold"]
        if one["code"] == "login_unknown"
    ]
    assert "--logins" in untold["why"]


def test_a_table_without_methods_is_refused_in_one_line(planted: Planted, tmp_path: Path) -> None:
    with (tmp_path / "x.csv").open("w", newline="") as file:
        csv.writer(file).writerows([("user", "amr"), ("a", "pwd")])
    done = CliRunner().invoke(
        rempart, ["posture", "--data", str(planted.folder / "data"), "--logins", str(tmp_path / "x.csv")]
    )
    assert "no columns account" in str(done.exception)


def test_a_young_ledger_says_what_it_cannot_tell_yet(tmp_path: Path) -> None:
    region = build_region(RegionSpec(seed=5, days=3, patients=400, staff=STAFF))
    write_region(region, tmp_path)
    run("watch", tmp_path / "audit.ndjson", "--data", tmp_path / "data")
    run("posture", "--data", tmp_path / "data", "--out", tmp_path / "out")
    told = json.loads((tmp_path / "out" / "posture.json").read_bytes())
    assert {one["code"] for one in told["untold"]} >= {"dormant_young", "shared_young", "rights_no_care"}
    assert [one["code"] for one in told["findings"]] == ["care_none"]
