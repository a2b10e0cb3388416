"""What can be done to a person with what is held of him."""

from __future__ import annotations

from made_accesses import bits

from rempart.incident.frauds import FRAUDS, LEVELS, explain, judge_risks, score
from rempart.records import CATEGORIES


def levels(*names: str) -> dict[str, str]:
    return {risk.fraud: LEVELS[risk.level] for risk in judge_risks(bits(names))}


def test_nothing_held_is_no_risk() -> None:
    assert set(levels().values()) == {"none"}


def test_each_fraud_needs_its_own_categories() -> None:
    assert levels("identity", "contact")["phishing"] == "medium"
    assert levels("identity", "contact", "results")["phishing"] == "high"
    assert levels("identity", "social_security_number")["credit_fraud"] == "medium"
    assert levels("identity", "prescriptions")["forged_prescriptions"] == "medium"
    assert levels("identity", "insurance", "bank_details")["diverted_reimbursements"] == "high"
    assert levels("identity")["forged_prescriptions"] == "none"


def test_holding_more_never_lowers_a_risk() -> None:
    for held in range(1 << len(CATEGORIES)):
        before = judge_risks(held)
        for place in range(0, len(CATEGORIES), 3):
            after = judge_risks(held | 1 << place)
            assert all(one.level <= other.level for one, other in zip(before, after, strict=True))
            assert score(before) <= score(after)


def test_the_reason_names_what_an_earlier_incident_gave() -> None:
    risk = judge_risks(bits(("identity", "contact")))[0]
    assert "contact details (from an earlier incident)" in explain(risk, frozenset(["contact"]))


def test_every_fraud_names_only_known_categories() -> None:
    for fraud in FRAUDS:
        assert {name for group in fraud.needs for name in group} | set(fraud.helps) <= set(CATEGORIES)
