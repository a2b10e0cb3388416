"""Remote control: the owner's own machine and open session, used between the owner's requests."""

from __future__ import annotations

from rempart.lab.act import LOGIN, Session
from rempart.lab.chance import Random
from rempart.lab.honest import software_of
from rempart.lab.region import Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.thieves.diary import DayPlan, Diary, keep_diary, shifts_from, strangers
from rempart.lab.thieves.thief import Family, pick_victim

_DAYS, _A_DAY = 4, 35


def _own_session(region: Region, _: Random, victim: int, day: int) -> Session:
    account = region.accounts[victim]
    system = ROLE_NAMED[account.role].system
    return Session(
        victim, region.session_token(victim, day, 0), account.workstation,
        software_of(region, account, system, day), system,
    )  # fmt: skip


def _hire(region: Region, rng: Random, day: int, taken: frozenset[int]) -> Diary | None:
    roles = ("hospital_doctor", "gp", "gp_secretary", "admission_clerk", "pharmacist")
    victim = pick_victim(region, rng, roles, day, taken)
    if victim is None:
        return None
    plans = [
        DayPlan(each, strangers(region, rng, victim, each, _A_DAY), begin + 30, (begin + end) // 2)
        for each, begin, end in shifts_from(region, victim, day, _DAYS)
    ]
    diary = keep_diary("remote control", region, rng, victim, plans, seat=_own_session, searched=0.5)
    if diary is None:
        return None
    kept = [pair for pair in zip(diary.steps, diary.not_before_ms, strict=True) if pair[0].what != LOGIN]
    return Diary(
        diary.family, victim, kept[0][1], [step for step, _ in kept], rng, diary.pace_s,
        not_before_ms=[at for _, at in kept],
    )  # fmt: skip


REMOTE_CONTROL = Family("remote control", "the owner's own machine and open session, beside the owner", _hire)
