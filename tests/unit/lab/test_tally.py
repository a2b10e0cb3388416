"""What honest staff felt, counted by requests and by the events that tell of them."""

from rempart.lab.region import Region
from rempart.lab.tally import HonestTally, add_up


def test_a_page_of_many_events_is_one_request_asked(region: Region) -> None:
    tally = HonestTally(region)
    tally.note(0, 1, ["step_up"] * 20, robbed=False)
    tally.note(0, 1, ["step_up"], robbed=False)
    tally.note(0, 2, ["restrict"], robbed=False)
    felt = add_up(tally.friction(0))
    assert (felt.active_days, felt.step_up_days, felt.asked, felt.step_ups) == (2, 1, 2, 21)
    assert felt.restricts == 1
