"""The hospital kind's thieves: at the owner's own seat, with the owner's software, in sessions of their own."""

from __future__ import annotations

from itertools import count, islice

from bench.outside.clock import DAY, HOUR, day_of
from bench.outside.plans import Family, Manner, Plan, Scene
from bench.outside.region import Access


def appointments(scene: Scene) -> Plan:
    """Patients whom colleagues expect that day, thirty a day."""
    victim = scene.victim("clinic")
    for day in scene.days(victim, scene.first, 5):
        others = [patient for who, patient in scene.region.agenda[day] if who != victim.number]
        scene.draw.shuffle(others)
        session = scene.at_seat(victim, day)
        scene.at_times(scene.times(30, day), session, others, (1, 2), 60)
    return scene.plan()


def absence(scene: Scene) -> Plan:
    """On the owner's days off, inpatients the owner never opened."""
    victim, region = scene.victim("nurse", "doctor"), scene.region
    free = [day for day in range(region.theft_day, region.days) if day not in region.worked[victim.number]]
    for day in free[:5] or [scene.first]:
        noon = day * DAY + 12 * HOUR
        lying = {stay.patient for stay in region.stays if stay.begins <= noon < stay.ends}
        unknown = sorted(lying - region.opened(victim.number, day * DAY))
        scene.draw.shuffle(unknown)
        session = scene.at_seat(victim, day)
        scene.at_times(scene.times(40, day, 9, 17), session, unknown, (1, 2), 60)
    return scene.plan()


def inside(scene: Scene) -> Plan:
    """A hundred and fifty strangers in one working day."""
    victim = scene.victim("doctor", "nurse", "clinic", "secretary")
    day = scene.days(victim, scene.first, 1)[0]
    session = scene.at_seat(victim, day)
    scene.at_times(scene.times(150, day, 9, 16), session, scene.strangers([victim], 150))
    return scene.plan()


def seat_ramp(scene: Scene) -> Plan:
    """Three strangers, and a third more every working day."""
    victim, number = scene.victim("doctor", "clinic", "er_doctor"), 3.0
    pool = iter(scene.strangers([victim], 400))
    for day in scene.days(victim, scene.region.theft_day, 10):
        session = scene.at_seat(victim, day)
        scene.at_times(scene.times(int(number), day), session, pool, (1, 2), 60)
        number *= 1.3
    return scene.plan()


def batch_window(scene: Scene) -> Plan:
    """Right after a job, in its own session: three strangers for ten patients of the job's."""
    region = scene.region
    victim = next(account for account in region.accounts.values() if account.role == "batch")
    pool = iter(scene.strangers([victim], 400))
    for day in range(scene.first, scene.first + 6):
        done = [access for access in region.of_account[victim.number] if day_of(access.second) == day]
        if not done:
            continue
        second = done[-1].second + 2
        number = int(0.3 * len({access.patient for access in done}))
        for patient in islice(pool, number):
            for resource in ("Patient", "Encounter"):
                scene.accesses.append(Access(second, done[-1].session, resource, patient))
                second += 2
            second += scene.draw.uniform(1, 5)
    return scene.plan()


def paging(scene: Scene) -> Plan:
    """Fifteen pages of ten a day, by birth date, at a secretary's seat."""
    victim, order = scene.victim("secretary"), scene.sorted_by("birthdate")
    places = count(scene.draw.randrange(len(order) // 2), 10)
    for day in scene.days(victim, scene.first, 3):
        session = scene.at_seat(victim, day)
        for second in scene.times(15, day):
            scene.page(second, session, "birthdate", order, next(places), 10)
    return scene.plan()


def helper(scene: Scene) -> Plan:
    """Somebody paid, in the owner's own sessions: twelve strangers a day among the owner's work."""
    victim, region = scene.victim("nurse", "secretary", "doctor"), scene.region
    pool = iter(scene.strangers([victim], 400))
    for day in scene.days(victim, region.theft_day, 10):
        own = [session for session in region.sessions[victim.number] if day_of(session.begins) == day]
        for patient in islice(pool, 12 if own else 0):
            session = scene.draw.choice(own)
            second = session.begins + scene.draw.uniform(0.1, 0.85) * (session.ends - session.begins)
            scene.read(second, session, patient, (1, 1, 2), 40)
    return scene.plan(Manner(gives_up_after=9))


def beside(scene: Scene) -> Plan:
    """Beside the owner's work, thirty strangers a day, three days."""
    victim = scene.victim("doctor", "clinic", "gp")
    pool = iter(scene.strangers([victim], 120))
    for day in scene.days(victim, scene.first, 3):
        session = scene.at_seat(victim, day)
        scene.at_times(scene.times(30, day, 9, 17), session, pool, (1, 2), 60)
    return scene.plan()


def reread(scene: Scene) -> Plan:
    """As many known patients as strangers, to look like somebody who comes back."""
    victim = scene.victim("clinic", "doctor")
    pool = scene.strangers([victim], 150)
    own = sorted(scene.region.opened(victim.number, scene.region.theft_day * DAY))
    taken = 0
    for day in scene.days(victim, scene.first, 6):
        session = scene.at_seat(victim, day)
        known = own + pool[max(0, taken - 20) : taken]
        taken += scene.at_times(scene.times(18, day), session, pool[taken:])
        for second in scene.times(18, day):
            scene.read(second, session, scene.draw.choice(known))
    return scene.plan()


def seat_crew(scene: Scene) -> Plan:
    """Ten accounts, each at its seat, twelve strangers a day each, two days."""
    victims = scene.victims(("nurse", "doctor", "clinic", "secretary"), 10, scene.first)
    pool = iter(scene.strangers(victims, 240))
    for victim in victims:
        for day in scene.days(victim, scene.first, 2):
            session = scene.at_seat(victim, day)
            scene.at_times(scene.times(12, day, 9, 17), session, pool)
    return scene.plan()


HOSPITAL = (
    Family("appointments", appointments),
    Family("absence", absence),
    Family("inside", inside),
    Family("seat_ramp", seat_ramp),
    Family("batch_window", batch_window),
    Family("paging", paging),
    Family("helper", helper),
    Family("beside", beside),
    Family("reread", reread),
    Family("seat_crew", seat_crew),
)
