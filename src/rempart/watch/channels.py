"""What the watch looks at: one row a statistic, its group, its day-0 expectation, what it misses.

Every statistic is a non-negative number kept for each account at every event. What matters is its
*daily maximum*: the tail of honest daily maxima (the account's own, its role's, the house's) says
how surprising today's value is. Before a site has history, that tail is a log-logistic law with
the median and shape given here (survival ``1 / (1 + (x / median) ** shape)``), a documented guess
about hospital work, not a fit to any simulator.

The shapes are heavy on purpose: recalls, audits, handovers and vaccination days make honest work
burst. Source of the approach: Siffer et al. 2017 (peaks over threshold on streams) for tails
learned online; Vovk & Wang 2021 for combining dependent evidence without inflating it.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import IntEnum


class Stat(IntEnum):
    """Index of a statistic in every array that has one column a statistic."""

    PATIENTS_10MIN = 0
    PATIENTS_1H = 1
    PATIENTS_24H = 2
    STRANGERS_1H = 3
    STRANGERS_24H = 4
    IN_CARE_24H = 5
    PAGES_1H = 6
    ORDERED_RUN = 7
    MISSES_1H = 8
    FAILED_LOGINS_1H = 9
    NEW_PLACE = 10
    TWO_PLACES_1H = 11
    ODD_HOUR = 12
    SLEPT_DAYS = 13
    ODD_STRANGERS = 14
    ODD_PATIENTS = 15
    SESSIONS_1H = 16
    STRANGERS_WEEK = 17
    NEW_SEARCHES_24H = 18
    ROWS_24H = 19
    OUT_OF_CARE_24H = 20
    OUT_OF_CARE_WEEK = 21
    STRANGER_SHARE = 22
    OUT_OF_CARE_SHARE = 23
    CREW = 24
    ODD_READS = 25
    STRANGE_READS = 26
    STRANGE_READS_WEEK = 27
    DEPTH = 28
    EVEN_PACE = 29
    NEVER_BACK = 30
    SINGLY_24H = 31
    SINGLY_WEEK = 32
    PERSISTED = 33


N_STATS = len(Stat)


class Group(IntEnum):
    """Statistics that tend to move together; a group counts once, by its strongest member."""

    VOLUME = 0
    STRANGERS = 1
    SEARCH = 2
    PLACE = 3
    TIME = 4
    CIRCUMSTANCE = 5
    LOGIN = 6
    BESIDE = 7
    CREW = 8
    READING = 9
    PERSISTENCE = 10


N_GROUPS = len(Group)


@dataclass(frozen=True, slots=True)
class Channel:
    """One statistic: what it reads, what it misses, and the day-0 law of its daily maximum."""

    stat: Stat
    group: Group
    median: float
    shape: float
    reads: str
    misses: str


CHANNELS: tuple[Channel, ...] = (
    Channel(
        Stat.PATIENTS_10MIN,
        Group.VOLUME,
        6.0,
        2.4,
        "distinct patients opened in the last 10 minutes",
        "a thief who keeps a human pace",
    ),
    Channel(
        Stat.PATIENTS_1H,
        Group.VOLUME,
        14.0,
        2.3,
        "distinct patients opened in the last hour",
        "a thief who stays under the account's usual hour",
    ),
    Channel(
        Stat.PATIENTS_24H,
        Group.VOLUME,
        30.0,
        2.2,
        "distinct patients opened in the last 24 hours",
        "a theft spread over many days or accounts",
    ),
    Channel(
        Stat.STRANGERS_1H,
        Group.STRANGERS,
        4.0,
        1.9,
        "patients of the last hour that neither care data, own earlier visits nor colleagues explain",
        "theft of patients in the owner's care; a site without care data and without history",
    ),
    Channel(
        Stat.STRANGERS_24H,
        Group.STRANGERS,
        8.0,
        1.8,
        "the same over 24 hours",
        "the same",
    ),
    Channel(
        Stat.IN_CARE_24H,
        Group.VOLUME,
        25.0,
        2.2,
        "distinct patients of the last 24 hours that care explains: emptying a doctor's own list",
        "a list emptied slower than honest work grows",
    ),
    Channel(
        Stat.PAGES_1H,
        Group.SEARCH,
        6.0,
        1.9,
        "result pages asked for in the last hour, weighted by their width",
        "searches that name one patient each",
    ),
    Channel(
        Stat.ORDERED_RUN,
        Group.SEARCH,
        2.0,
        2.2,
        "searches whose value steps in order (next day of birth, next name, next number, next page)",
        "a shuffled list of values; identifiers opened directly without a search",
    ),
    Channel(
        Stat.MISSES_1H,
        Group.SEARCH,
        1.5,
        1.9,
        "look-ups of the last hour that failed: guessing identifiers misses often",
        "guesses that hit; systems that answer 200 to a miss",
    ),
    Channel(
        Stat.FAILED_LOGINS_1H,
        Group.LOGIN,
        1.0,
        2.0,
        "failed logins of the last hour",
        "a password already known",
    ),
    Channel(
        Stat.NEW_PLACE,
        Group.PLACE,
        0.5,
        1.8,
        "nats of surprise of a network or software this account did not use before, by how many "
        "others in the house use it",
        "a thief behind the hospital's own address with the owner's software",
    ),
    Channel(
        Stat.TWO_PLACES_1H,
        Group.BESIDE,
        0.7,
        1.8,
        "changes between networks within minutes, in the last hour",
        "a thief who works only while the owner is away",
    ),
    Channel(
        Stat.ODD_HOUR,
        Group.TIME,
        1.5,
        3.0,
        "nats of surprise of this hour of the week for the account, its role and the house",
        "a thief in the owner's hours",
    ),
    Channel(
        Stat.SLEPT_DAYS,
        Group.TIME,
        1.5,
        1.6,
        "days without activity before the account woke, held for a day after the waking",
        "an account that is used now and then",
    ),
    Channel(
        Stat.ODD_STRANGERS,
        Group.CIRCUMSTANCE,
        0.4,
        1.6,
        "patients of the day whom nothing explains, each weighted by how unusual the place, the hour "
        "and the waking were when it was opened",
        "a thief in the owner's place and hours",
    ),
    Channel(
        Stat.ODD_PATIENTS,
        Group.CIRCUMSTANCE,
        0.8,
        1.6,
        "the same for all patients and result pages, explained or not: a doctor's own list emptied "
        "from elsewhere",
        "the same; a few patients only",
    ),
    Channel(
        Stat.SESSIONS_1H,
        Group.BESIDE,
        0.7,
        1.8,
        "returns within minutes to a session after another of the account was used: somebody works "
        "beside the owner, wherever from",
        "a thief in the owner's own session, or while the owner is away; logs without sessions",
    ),
    Channel(
        Stat.STRANGERS_WEEK,
        Group.STRANGERS,
        18.0,
        1.8,
        "patients that nothing explains, added up over about a week: a burst is often honest, "
        "persistence is not",
        "a few strangers a week",
    ),
    Channel(
        Stat.NEW_SEARCHES_24H,
        Group.SEARCH,
        1.2,
        1.7,
        "searches of the day in a form (type and parameter names) this account never used on an earlier day",
        "the account's own way of searching",
    ),
    Channel(
        Stat.ROWS_24H,
        Group.SEARCH,
        60.0,
        1.7,
        "rows of result pages shown over 24 hours: pages that widen, or many of them at a human pace",
        "pages that name a few patients each",
    ),
    Channel(
        Stat.OUT_OF_CARE_24H,
        Group.STRANGERS,
        6.0,
        1.8,
        "patients of the day whom nobody in the house treats or opened these days, and no earlier visit explains",
        "theft of patients with an appointment or a stay, or whom others looked at yesterday",
    ),
    Channel(
        Stat.OUT_OF_CARE_WEEK,
        Group.STRANGERS,
        13.0,
        1.8,
        "the same added up over about a week: a batch that takes more than its patients, a slow thief",
        "the same",
    ),
    Channel(
        Stat.STRANGER_SHARE,
        Group.STRANGERS,
        1.5,
        1.6,
        "nats by which the day's share of strangers exceeds the account's usual share: somebody who works "
        "but sees none of the owner's patients",
        "strangers among a full day of the owner's own work",
    ),
    Channel(
        Stat.OUT_OF_CARE_SHARE,
        Group.STRANGERS,
        1.5,
        1.6,
        "the same for the share of patients in nobody's care",
        "the same",
    ),
    Channel(
        Stat.CREW,
        Group.CREW,
        0.5,
        1.6,
        "nats by which the strangers opened and the logins failed from this network, by all accounts that "
        "use it, exceed their usual; only for accounts to which the network is new",
        "a crew behind an address that much of the staff uses, or with an exit for each account",
    ),
    Channel(
        Stat.ODD_READS,
        Group.READING,
        3.0,
        1.6,
        "kinds of resource read of the day's patients, each by how rarely this account and its role read it",
        "a thief who reads what the owner usually reads",
    ),
    Channel(
        Stat.STRANGE_READS,
        Group.READING,
        1.0,
        1.6,
        "the same of patients whom nothing explains",
        "the same; patients in the owner's care",
    ),
    Channel(
        Stat.STRANGE_READS_WEEK,
        Group.READING,
        2.0,
        1.6,
        "the same added up over about a week",
        "the same",
    ),
    Channel(
        Stat.DEPTH,
        Group.READING,
        2.0,
        1.6,
        "nats by which the kinds of resource read of a patient are more than the account's usual: everything of "
        "everybody",
        "a few kinds each; a whole record now and then",
    ),
    Channel(
        Stat.EVEN_PACE,
        Group.VOLUME,
        1.0,
        2.0,
        "patients opened one after the other at an even pace, as by a program",
        "a program that waits at random; a pace above two minutes a patient",
    ),
    Channel(
        Stat.NEVER_BACK,
        Group.VOLUME,
        25.0,
        1.8,
        "patients of about a week, new to the account, whom it did not open again later",
        "a thief who comes back to patients; an account that sees everybody once",
    ),
    Channel(
        Stat.SINGLY_24H,
        Group.STRANGERS,
        5.0,
        1.8,
        "patients of the day whom nothing explains, each less the more of them came in the minutes before: an audit or a "
        "recall runs through its list in one go, a thief at a person's pace does not",
        "a theft in one go, which volume and strangers see",
    ),
    Channel(
        Stat.SINGLY_WEEK,
        Group.STRANGERS,
        11.0,
        1.8,
        "the same added up over about a week",
        "the same",
    ),
    Channel(
        Stat.PERSISTED,
        Group.PERSISTENCE,
        1.5,
        1.8,
        "nats that speak for some more patients a day in nobody's care than the account usually opens, added up over its days, "
        "each of which counts for four nats at most: a burst ends, a slow theft goes on",
        "less than the account's usual number more; patients in somebody's care",
    ),
)
"""In the order of :class:`Stat`."""
