"""What the server behind tells of a request corrects that request, and nothing that a thief could hide behind it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec
import pytest

from rempart.console.judges import Lines, Questions
from rempart.console.judging import Judging
from rempart.console.plan import Plan, wall_ms
from rempart.pipeline.serving import Asked
from rempart.records import Access, Kind
from rempart.settings import load

HERE = "10.0.0.1"


class House:
    """The judge, asked and told as by the fronts."""

    def __init__(self, data: Path) -> None:
        self.judging = Judging(Plan.make(data, load(None), False, print))
        self.count = 0

    def ask(
        self, who: str, resource: str, *patients: str, rows: int = -1, session: str = "s", address: str = HERE
    ) -> str:
        """A question, a page of ``rows`` where that is said; the request's name."""
        self.count += 1
        request, page = f"q-{self.count}", rows >= 0
        access = Access(
            "serve", 0, 0, request, int(Kind.ACCESS), wall_ms(), who, "", "doctor", "", address, "sw", session, request,
            "E", -1, resource, patients, page, rows, -1, "form" if page else "", 0, 0, bool(patients),
        )  # fmt: skip
        self.judging.bench.take(Questions([Asked(access, who, 1, -1, "", "")]))
        return request

    def tell(self, who: str, request: str, *patients: str, outcome: str = "0") -> None:
        """An AuditEvent of the server behind."""
        self.count += 1
        entities: list[dict[str, Any]] = [
            {"type": {"code": "XrequestId"}, "what": {"identifier": {"value": request}}}
        ]
        entities += [
            {"what": {"reference": f"Patient/{patient}"}, "role": {"code": "1"}} for patient in patients
        ]
        event = {
            "resourceType": "AuditEvent",
            "id": f"t-{self.count}",
            "action": "R",
            "recorded": "2026-11-26T10:00:00Z",
            "outcome": outcome,
            "agent": [{"who": {"identifier": {"value": who}}, "requestor": True}],
            "entity": entities,
        }
        self.judging.bench.take(Lines(msgspec.json.encode(event), "events"))

    def account(self, who: str) -> Any:
        course = self.judging._course
        return course.stages.watch.accounts[course.stages.names.known("account", who)].copy()

    def opened_from(self, who: str) -> int:
        """Patients that the network's minute holds as opened by the account."""
        course = self.judging._course
        pending = course.stages.watch._house.pending[: int(course.stages.watch._house.clock[2])]
        return int(pending["opened"][pending["account"] == course.stages.names.known("account", who)].sum())


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    house = House(tmp_path / "data")
    yield house
    house.judging.close()


@pytest.mark.parametrize("many", ["Bundle", "$graphql"])
def test_no_single_entry_tells_what_became_of_a_request_of_many(house: House, many: str) -> None:
    request = house.ask("thief", many, rows=1000)
    house.tell("thief", request, outcome="8")
    house.tell("thief", request, "own")
    assert house.account("thief")["rows_day"] > 990


def test_a_failed_search_still_takes_its_bound_back(house: House) -> None:
    request = house.ask("doctor", "Encounter", rows=1000)
    house.tell("doctor", request, outcome="8")
    assert house.account("doctor")["rows_day"] < 1


def test_whom_a_search_found_counts_for_the_network_and_a_read_only_once(house: House) -> None:
    house.ask("other", "Patient", "p0")
    for number in range(3):
        house.tell("finder", house.ask("finder", "Encounter", rows=50), f"found{number}")
        house.tell("reader", house.ask("reader", "Patient", f"read{number}"), f"read{number}")
    assert house.opened_from("finder") == house.opened_from("reader") > 0


def test_an_outcome_is_as_odd_as_its_question_whatever_came_between(house: House) -> None:
    added = []
    for who, beside in (("alone", False), ("shared", True)):
        house.ask(who, "Patient", "p0", session="own")
        course = house.judging._course
        place = course.stages.names.known("account", who)
        accounts = course.stages.watch.accounts
        accounts["days"][place], accounts["hours"][place], accounts["scale"][place] = 30, 30, 1
        accounts["place_day"][place] -= 30
        request = house.ask(who, "Encounter", rows=50, session="strange", address=f"192.0.2.{len(added) + 7}")
        if beside:
            house.ask(who, "Patient", "p0", session="own")
        before = house.account(who)["odd_strangers"]
        house.tell(who, request, f"victim of {who}")
        added.append(float(house.account(who)["odd_strangers"] - before))
    assert added[0] > 0.5
    assert added[1] == pytest.approx(added[0], rel=0.1)
