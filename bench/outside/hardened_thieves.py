"""The hardened kind's thieves: patient, warned, on networks of the staff; they give up early, switch or dodge."""

from __future__ import annotations

from collections.abc import Callable

from bench.outside.clock import DAY, HOUR
from bench.outside.hospital_thieves import beside
from bench.outside.plain_thieves import dodgers
from bench.outside.plans import CLINICIANS, Family, Manner, Plan, Scene
from bench.outside.region import Account, Session

CAUTIOUS = Manner(gives_up_after=2)


def _six_logins(scene: Scene) -> tuple[list[Account], list[Session]]:
    victims = scene.victims(CLINICIANS, 6, scene.first)
    return victims, [scene.at_seat(victim, scene.first, scene.exit()) for victim in victims]


def slow_switch(scene: Scene) -> Plan:
    """Twenty-five a day; where an account is asked, the next of six goes on."""
    victims, logins = _six_logins(scene)
    pool = iter(scene.strangers(victims, 150))
    for day in range(scene.first, scene.first + 6):
        scene.at_times(scene.times(25, day), logins[0], pool)
    return scene.plan(Manner(answers=False, gives_up_after=1, switches=True), logins)


def sprint(scene: Scene) -> Plan:
    """A hundred and eighty at once; where an account is asked, the next of six goes on."""
    victims, logins = _six_logins(scene)
    scene.in_a_row(scene.first * DAY + 10 * HOUR, logins[0], scene.strangers(victims, 180), (5, 15))
    return scene.plan(Manner(gives_up_after=1, switches=True), logins)


def low(by_vpn: bool) -> Callable[[Scene], Plan]:
    """Eight strangers a day for two weeks, through the site's VPN or at the owner's seat."""

    def plan(scene: Scene) -> Plan:
        victim = scene.victim("gp", "doctor", "clinic", "nurse")
        pool = iter(scene.strangers([victim], 200))
        way = scene.draw.choice(scene.region.vpn) if by_vpn else None
        for day in scene.days(victim, scene.region.theft_day, 14):
            session = scene.at_seat(victim, day, way)
            scene.at_times(scene.times(8, day), session, pool, (1, 2), 60)
        return scene.plan(CAUTIOUS)

    return plan


def poison(scene: Scene) -> Plan:
    """Three strangers and six returns a day to be learned as usual, then sixty a day for two days."""
    victim = scene.victim("gp", "doctor", "clinic")
    pool, taken = scene.strangers([victim], 200), 0
    days = scene.days(victim, scene.region.theft_day, 10)
    way = scene.draw.choice(scene.region.vpn)
    for day in days:
        session = scene.at_seat(victim, day, way)
        harvest = day in days[-2:]
        taken += scene.at_times(scene.times(60 if harvest else 3, day), session, pool[taken:])
        for second in [] if harvest else scene.times(6, day):
            scene.read(second, session, scene.draw.choice(pool[:taken]))
    return scene.plan(CAUTIOUS)


def own_list(scene: Scene) -> Plan:
    """A doctor's own patients, sixty a day, from a carrier's network."""
    victim = scene.victim("gp")
    panel = scene.draw.sample(victim.panel, len(victim.panel))
    pool, way = iter(panel), scene.draw.choice(scene.region.carrier[:10])
    for day in scene.days(victim, scene.first, 4):
        session = scene.at_seat(victim, day, way)
        scene.at_times(scene.times(60, day), session, pool, (1, 2), 40)
    return scene.plan(CAUTIOUS)


def wary_beside(scene: Scene) -> Plan:
    """The hospital's thief beside the owner, who drops the account at the second challenge."""
    plan = beside(scene)
    plan.manner = CAUTIOUS
    return plan


def vpn_crew(scene: Scene) -> Plan:
    """Ten accounts through two exits of the VPN, ten strangers a day each; an account that is asked is dropped."""
    victims = scene.victims(CLINICIANS, 10, scene.first)
    pool = iter(scene.strangers(victims, 400))
    for victim in victims:
        way = scene.draw.choice(scene.region.vpn[:2])
        for day in scene.days(victim, scene.first, 4):
            session = scene.at_seat(victim, day, way)
            scene.at_times(scene.times(10, day), session, pool)
    return scene.plan(Manner(answers=False, gives_up_after=1))


HARDENED = (
    Family("slow_switch", slow_switch),
    Family("low_slow", low(by_vpn=True)),
    Family("poison", poison),
    Family("sprint", sprint),
    Family("own_list", own_list),
    Family("wary_beside", wary_beside),
    Family("vpn_crew", vpn_crew),
    Family("seat_low", low(by_vpn=False)),
    Family("five_dodgers", dodgers(5)),
    Family("ten_dodgers", dodgers(10)),
)
