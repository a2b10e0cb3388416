"""The honest stream: each account's days as acts, in time order.

Reads the region. For each shift it takes the role's visits, adds what everybody does (come back to
a record, follow up earlier patients, look up somebody nothing explains, mistype), and the rare
heavy days; then turns visits into sessions, searches and reads. Held in memory: one day of acts
and sixty recent patients for each account. Misses: print-outs, messages between colleagues.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import deque
from collections.abc import Iterator

from rempart.lab import searches
from rempart.lab.act import LOGIN, LOGIN_FAILED, MINOR_FAILURE, READ, SEARCH, SUCCESS, Act, Session
from rempart.lab.chance import Random, chance, heavy_burst, poisson, token
from rempart.lab.places import PORTAL, SYSTEMS, Account, host_on, mobile_address
from rempart.lab.region import CHARTED_ROLES, Region
from rempart.lab.roles import ROLE_NAMED
from rempart.lab.staff.role import MINUTE_MS, Role, Shift, Visit, Workday

_REMEMBERED = 60
_FAILED_LOGIN = 0.04
_MISTYPED = 0.06
_RENEWED = ("Firefox 136", "Chrome 133", "Edge 133", "Safari 18.3")
_VPN_EXITS = 3
_EVENING_AT_HOME = 0.25
_BURST_GAP_MS = (2_000, 15_000)


def honest_acts(region: Region) -> Iterator[Act]:
    """Every honest act of the period, in order of (time, order)."""
    recent: dict[int, deque[int]] = {}
    waiting: list[Act] = []
    for day in range(region.spec.days):
        for account in region.accounts:
            shifts = region.rota.of(account.index, day)
            if shifts:
                memory = recent.setdefault(account.index, deque(maxlen=_REMEMBERED))
                waiting += _Day(region, account, day, memory).acts(shifts)
        waiting.sort()
        # Work begun today may run into tomorrow: it waits for tomorrow's acts.
        cut = bisect_right(waiting, region.midnight_ms(day + 1), key=lambda act: act.at_ms)
        yield from waiting[:cut]
        del waiting[:cut]
    yield from waiting


def acts_of(region: Region, account: int, before_day: int) -> list[Act]:
    """What one account did on the days before ``before_day``, in time order; under a colleague's open session it is not there."""
    memory: deque[int] = deque(maxlen=_REMEMBERED)
    done: list[Act] = []
    for day in range(before_day):
        shifts = region.rota.of(account, day)
        if shifts:
            done += _Day(region, region.accounts[account], day, memory).acts(shifts)
    return sorted(act for act in done if act.session.account == account)


class _Day:
    """One account's day."""

    def __init__(self, region: Region, account: Account, day: int, memory: deque[int]) -> None:
        self.region, self.account, self.day, self.memory = region, account, day, memory
        self.role: Role = ROLE_NAMED[account.role]
        self.rng: Random = chance(region.spec.seed, "day", account.index, day)
        self.done: list[Act] = []
        self.order = (account.index << 40) | (day << 24)
        self.part = 0

    def acts(self, shifts: tuple[Shift, ...]) -> list[Act]:
        """The day's acts, unsorted."""
        rng, role = self.rng, self.role
        midnight = self.region.midnight_ms(self.day)
        at_home = role.telework and rng.random() < self.region.spec.telework_share
        for shift in shifts:
            start_ms = midnight + shift.start_min * MINUTE_MS + rng.randrange(10 * MINUTE_MS)
            end_ms = midnight + shift.end_min * MINUTE_MS
            work = Workday(self.region, self.account, self.day, rng, start_ms, end_ms)
            visits = sorted(self._visits(work), key=_place)
            self._perform(work, visits, self._sessions(work, at_home))
            self._burst(work)
            if role.telework and not at_home and visits and rng.random() < _EVENING_AT_HOME:
                self._evening(midnight + 20 * 60 * MINUTE_MS, visits)
            self.memory.extend(visit.patient for visit in visits)
        return self.done

    def _visits(self, work: Workday) -> list[Visit]:
        rng, role = self.rng, self.role
        charted = self.region.charted
        if charted is not None and role.name in CHARTED_ROLES:
            visits = list(charted.get((self.account.index, self.day), ()))
        else:
            visits = role.visits(work)
        again = [visit for visit in visits if rng.random() < role.return_share]
        for visit in again:
            later = visit.at_ms + int(rng.expovariate(1 / (90 * MINUTE_MS)))
            visits.append(Visit(min(later, work.end_ms), visit.patient))
        if self.memory:
            seen = tuple(self.memory)
            visits += [
                Visit(work.any_moment(), seen[rng.randrange(len(seen))], "name")
                for _ in range(poisson(rng, role.followups))
            ]
        visits += work.spread([work.stranger() for _ in range(poisson(rng, role.strangers))], "name")
        return visits

    def _sessions(self, work: Workday, at_home: bool) -> list[tuple[int, Session]]:
        """(start, session) of the shift, one before and one after the break; batches have one."""
        rng = self.rng
        starts = [work.start_ms - 60_000]
        if self.role.pattern != "nightly":
            starts.append(work.moment(0.45 + 0.15 * rng.random()))
        return [(start_ms, self._open(start_ms, at_home)) for start_ms in starts]

    def _open(self, start_ms: int, at_home: bool) -> Session:
        """Log in somewhere; now and then the password is mistyped first."""
        region, rng, account = self.region, self.rng, self.account
        system = PORTAL if at_home and self.role.place == "practice" else self.role.system
        lender = self._lender() if self.part and region.spec.lent_share else None
        if lender is not None:
            return lender
        session = Session(
            account.index, region.session_token(account.index, self.day, self.part),
            self._address(at_home), software_of(region, account, system, self.day), system,
        )  # fmt: skip
        self.part += 1
        if rng.random() < _FAILED_LOGIN and self.role.pattern != "nightly":
            self._add(start_ms - 20_000, session, LOGIN_FAILED, outcome=MINOR_FAILURE)
        self._add(start_ms, session, LOGIN)
        return session

    def _lender(self) -> Session | None:
        """Now and then a colleague's session, left open at a shared terminal."""
        region, account = self.region, self.account
        if self.rng.random() >= region.spec.lent_share:
            return None
        mates = [
            mate
            for mate in region.staff_of[account.unit]
            if mate != account.index and region.rota.of(mate, self.day)
        ]
        if not mates:
            return None
        mate = region.accounts[self.rng.choice(mates)]
        system = self.role.system
        return Session(
            mate.index, region.session_token(mate.index, self.day, 0), self._address(False),
            software_of(region, mate, system, self.day), system,
        )  # fmt: skip

    def _address(self, at_home: bool) -> str:
        rng, account, spec = self.rng, self.account, self.region.spec
        drawn = rng.random()
        if self.role.pattern == "nightly":
            return account.workstation
        if drawn < spec.travel_share:
            # A hotel, a conference, a colleague's practice: a line never seen before, for a day.
            away = token(spec.seed, "travel", account.index, self.day, size=3)
            prefix = f"{240 + int(away[:2], 16) % 8}.{int(away[2:4], 16)}.{int(away[4:], 16)}"
            return host_on(prefix, rng)
        if drawn < spec.travel_share + spec.mobile_share and self.role.telework:
            return mobile_address(account.index % spec.mobile_networks, rng)
        if at_home:
            if spec.vpn_share and rng.random() < spec.vpn_share:
                return vpn_exit(self.region, self.day, rng)
            return home_address(self.region, account, self.day)
        unit = self.region.units[self.region.accounts[account.index].unit]
        replaced = self.region.rota.stands_in_for.get((account.index, self.day))
        if replaced is not None:
            return self.region.accounts[replaced].workstation
        if unit.kind in ("ward", "emergency") and rng.random() < 0.8:
            return rng.choice(unit.addresses)
        return account.workstation

    def _perform(self, work: Workday, visits: list[Visit], sessions: list[tuple[int, Session]]) -> None:
        starts = [start_ms for start_ms, _ in sessions]
        self._first_page(work, sessions[0][1])
        for visit in visits:
            at_ms = max(visit.at_ms, work.start_ms)
            session = sessions[max(0, bisect_right(starts, at_ms) - 1)][1]
            self._open_record(at_ms, session, visit)

    def _first_page(self, work: Workday, session: Session) -> None:
        """The list a shift begins with: the ward's patients, or the day's agenda."""
        region, account = self.region, self.account
        at_ms = work.start_ms + self.rng.randrange(90_000)
        if self.role.list_page == "ward" and region.units[account.unit].kind == "ward":
            query, page = searches.ward_list(region, account.unit, self.day, at_ms)
        elif self.role.list_page == "agenda":
            doctor = region.rota.stands_in_for.get((account.index, self.day), account.index)
            mates = [a for a in region.staff_of[account.unit] if a in region.lists]
            whose = [doctor] if doctor in region.lists else mates
            query, page = searches.agenda_list(region, whose, self.day)
        else:
            return
        self._add(at_ms, session, SEARCH, query.split("?")[0], page, query)

    def _open_record(self, at_ms: int, session: Session, visit: Visit) -> None:
        """Find the patient, then read resource after resource at the role's pace."""
        rng, role, region = self.rng, self.role, self.region
        patient = (visit.patient,)
        if visit.find in ("name", "number"):
            found_ms = at_ms - rng.randrange(3_000, 15_000)
            if rng.random() < _MISTYPED:
                wrong = searches.mistyped(region, visit.patient, rng)
                self._add(found_ms - rng.randrange(4_000, 20_000), session, SEARCH, "Patient", (), wrong)
            if visit.find == "number":
                query, page = searches.by_number(region, region.patients.numbers[visit.patient])
            else:
                query, page = searches.by_name(region, visit.patient, rng)
            self._add(found_ms, session, SEARCH, "Patient", page, query)
        slow, fast = role.pace_s[1], role.pace_s[0]
        if visit.reads is not None:
            reads = visit.reads
        else:
            reads = tuple(kind for kind, share in role.reads if share >= 1.0 or rng.random() < share)
        for resource in reads:
            self._add(at_ms, session, READ, resource, patient)
            at_ms += int((fast + (slow - fast) * rng.random() ** 2) * 1000)

    def _burst(self, work: Workday) -> None:
        """A rare day of honest mass work: one resource or two of many, one after the other."""
        rng, burst = self.rng, self.role.burst
        if rng.random() >= burst.chance:
            return
        pool = self.role.pool(work)
        if not pool:
            return
        chosen = rng.sample(pool, heavy_burst(rng, burst.least, burst.shape, len(pool)))
        at_ms = work.moment(0.1 + 0.4 * rng.random())
        session = self._open(at_ms - 30_000, at_home=False)
        for patient in chosen:
            for resource in burst.reads:
                self._add(at_ms, session, READ, resource, (patient,))
                at_ms += rng.randrange(*_BURST_GAP_MS) if self.role.pattern != "nightly" else 300

    def _evening(self, at_ms: int, visits: list[Visit]) -> None:
        """Letters finished at home after dinner: some of the day's patients once more."""
        rng = self.rng
        at_ms += rng.randrange(90 * MINUTE_MS)
        session = self._open(at_ms - 60_000, at_home=True)
        for _ in range(rng.randrange(3, 9)):
            self._open_record(at_ms, session, Visit(at_ms, visits[rng.randrange(len(visits))].patient))
            at_ms += rng.randrange(2 * MINUTE_MS, 9 * MINUTE_MS)

    def _add(
        self, at_ms: int, session: Session, what: str, resource: str = "Patient",
        patients: tuple[int, ...] = (), query: str = "", outcome: str = SUCCESS,
    ) -> None:  # fmt: skip
        self.done.append(Act(at_ms, self.order, session, what, resource, patients, query, outcome))
        self.order += 1


def _place(visit: Visit) -> tuple[int, int, str, tuple[str, ...]]:
    """Where a visit stands in its shift: one whose reads are still to be drawn before its twin."""
    return visit.at_ms, visit.patient, visit.find, visit.reads or ()


def software_of(region: Region, account: Account, system: int, day: int) -> str:
    """The program an account uses on a day: a browser for the portal, else the system's version."""
    renewed = _renewed(region, account, day)
    if renewed:
        return renewed
    if system == PORTAL:
        return account.browser
    return SYSTEMS[system].software[day >= region.upgrade_day[system]]


def home_address(region: Region, account: Account, day: int) -> str:
    """The account's home line; the provider changes the last part every week."""
    return host_on(account.home, chance(region.spec.seed, "home", account.index, day // 7))


def vpn_exit(region: Region, day: int, rng: Random) -> str:
    """One of the house's VPN exits, which are others from a day in the period's second half on."""
    drawn = chance(region.spec.seed, "vpn")
    moves = drawn.randrange(region.spec.days // 2, max(region.spec.days // 2 + 1, region.spec.days))
    prefix = f"198.{18 + (day >= moves)}.{drawn.randrange(256)}"
    return f"{prefix}.{rng.randrange(1, 1 + _VPN_EXITS)}"


def _renewed(region: Region, account: Account, day: int) -> str:
    """The program an account got during the period, empty before that day or without one."""
    if not region.spec.renewed_share:
        return ""
    drawn = chance(region.spec.seed, "renewed", account.index)
    if drawn.random() >= region.spec.renewed_share or day < drawn.randrange(region.spec.days):
        return ""
    return drawn.choice(_RENEWED)
