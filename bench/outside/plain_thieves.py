"""The plain kind's thieves: strangers' networks and programs, in a hurry or not; and one who dodges, apart."""

from __future__ import annotations

from collections.abc import Callable
from itertools import cycle, islice

from bench.outside.clock import DAY, HOUR
from bench.outside.plans import CLINICIANS, PROGRAMS, Family, Manner, Plan, Scene


def bulk(scene: Scene) -> Plan:
    """Four hundred patients in an hour."""
    victim = scene.victim(*CLINICIANS)
    scene.in_a_row(
        scene.hour(scene.first, 9, 16), scene.login(victim), scene.strangers([victim], 400), (1, 8)
    )
    return scene.plan()


def crew(scene: Scene) -> Plan:
    """Ten accounts on two networks share three hundred patients one morning."""
    victims = scene.victims(CLINICIANS, 10, scene.first)
    pool = scene.strangers(victims, 300)
    networks = cycle([scene.strange_network(), scene.strange_network()])
    for index, (victim, network) in enumerate(zip(victims, networks, strict=False)):
        session = scene.login(victim, network)
        scene.in_a_row(scene.hour(scene.first, 9, 11), session, pool[index :: len(victims)], (60, 500))
    return scene.plan()


def identity(scene: Scene) -> Plan:
    """Forty pages of twenty, by name or by birth date."""
    session = scene.login(scene.victim("secretary", "gp", "clinic"))
    key = scene.draw.choice(["birthdate", "family"])
    order = scene.sorted_by(key)
    begins = scene.draw.randrange(len(order) // 2)
    second = scene.hour(scene.first, 9, 15)
    for page in range(40):
        scene.page(second, session, key, order, begins + 20 * page, 20)
        second += scene.draw.uniform(10, 60)
    return scene.plan()


def mimic(scene: Scene) -> Plan:
    """The pace and the hours of a doctor, five days long."""
    victim = scene.victim("gp", "clinic")
    pool = iter(scene.strangers([victim], 110))
    address, software = scene.strange_network(), scene.draw.choice(PROGRAMS)
    for day in scene.days(victim, scene.first, 5):
        session = scene.login(victim, address, software)
        scene.at_times(scene.times(22, day), session, pool, (1, 2, 3), 90)
    return scene.plan()


def stolen(scene: Scene) -> Plan:
    """The owner's own program on another network, from ten in the morning."""
    victim = scene.victim("gp", "clinic", "doctor")
    session = scene.login(victim, software=victim.software)
    day = scene.days(victim, scene.first, 1)[0]
    scene.in_a_row(day * DAY + 10 * HOUR, session, scene.strangers([victim], 120), (20, 120))
    return scene.plan()


def night(scene: Scene) -> Plan:
    """Eighty patients after midnight, three nights."""
    victim = scene.victim(*CLINICIANS)
    session, pool = scene.login(victim), scene.strangers([victim], 240)
    for turn in range(3):
        second = scene.hour(scene.first + turn, 1, 2)
        scene.in_a_row(second, session, pool[80 * turn : 80 * turn + 80], (30, 100))
    return scene.plan()


def ramp(scene: Scene) -> Plan:
    """Four patients, and a third more every working day."""
    victim = scene.victim("gp", "clinic", "secretary")
    session, pool, number = scene.login(victim), iter(scene.strangers([victim], 400)), 4.0
    for day in scene.days(victim, scene.region.theft_day, 10):
        scene.at_times(scene.times(int(number), day), session, pool, (1, 2))
        number *= 1.35
    return scene.plan()


def tester(scene: Scene) -> Plan:
    """Fourteen accounts tried with one patient each, then four of them used, two days later."""
    first = scene.region.theft_day
    victims = scene.victims(CLINICIANS, 14, first)
    pool = iter(scene.strangers(victims, 220))
    address, software = scene.strange_network(), scene.draw.choice(PROGRAMS)
    for index, (victim, patient) in enumerate(zip(victims, pool, strict=False)):
        scene.read(first * DAY + (9 + 0.4 * index) * HOUR, scene.login(victim, address, software), patient)
    for victim in victims[:4]:
        second = scene.hour(first + 2, 9, 12)
        scene.in_a_row(second, scene.login(victim, address, software), islice(pool, 50), (20, 90))
    return scene.plan()


def batch_like(scene: Scene) -> Plan:
    """A job's login used from outside, an hour after the job, three nights."""
    victim = next(account for account in scene.region.accounts.values() if account.role == "batch")
    session, pool = scene.login(victim), scene.strangers([victim], 250)
    for turn in range(3):
        second = (scene.first + turn) * DAY + 3.2 * HOUR
        scene.in_a_row(second, session, pool[80 * turn : 80 * turn + 80], (1, 4))
    return scene.plan()


def dodgers(number: int) -> Callable[[Scene], Plan]:
    """``number`` accounts on networks of their own: they leave challenges unanswered and come back every morning."""

    def plan(scene: Scene) -> Plan:
        first = scene.region.theft_day + 1
        victims = scene.victims(("gp", "clinic", "doctor"), number, first)
        pool = iter(scene.strangers(victims, 60 * number))
        for victim in victims:
            network = scene.strange_network()
            for day in scene.days(victim, first, 4):
                session = scene.login(victim, network, victim.software)
                scene.at_times(scene.times(15, day), session, pool)
        return scene.plan(Manner(answers=False, gives_up_after=99))

    return plan


PLAIN = (
    Family("bulk", bulk),
    Family("crew", crew),
    Family("identity", identity),
    Family("mimic", mimic),
    Family("stolen", stolen),
    Family("night", night),
    Family("ramp", ramp),
    Family("tester", tester),
    Family("batch_like", batch_like),
    Family("five_dodgers", dodgers(5), apart=True),
)
