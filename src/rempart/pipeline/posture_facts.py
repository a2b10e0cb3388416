"""From the ledger, the care index and the staff list to the plain figures that the posture checks read.

A handful of queries over the sealed segments (DuckDB, only the columns each needs), then one look at the care of
the last two weeks. An account whose name has several spellings is one. Gives a
:class:`~rempart.posture.house.House`.

Misses: accesses without a time or an account; rights that nobody used.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb
import numpy as np
import pyarrow as pa

from rempart.errors import SourceError
from rempart.language import gettext as _
from rempart.ledger.query import connect
from rempart.market.stake import StakeTable
from rempart.pipeline.care_recall import CareRecall, Post
from rempart.pipeline.posture_lately import Lately, Pair
from rempart.pipeline.source_hours import family_of
from rempart.posture.feeds import lacks_feed
from rempart.posture.house import Account, House, Price, Right, System, Turns, Unit
from rempart.posture.rights import is_rare
from rempart.records import CATEGORIES, FLAG_QUERY

_SEEN = """CREATE TEMP VIEW seen AS SELECT coalesce(who, account) AS who, role, unit, system, form,
recorded AT TIME ZONE 'UTC' AS recorded, session, network, software, patients, served, outcome, access_action, flags
FROM ledger JOIN systems USING (source) LEFT JOIN spellings USING (account)
WHERE kind = 'access' AND account <> '' AND recorded IS NOT NULL"""
_SPAN = "SELECT min(epoch_ms(recorded)), max(epoch_ms(recorded)) FROM seen"
_ACCOUNTS = """SELECT who, system, arg_max(role, recorded), count(*), min(epoch_ms(recorded)),
max(epoch_ms(recorded)) FROM seen GROUP BY 1, 2"""
_PAUSES = """SELECT who, max(pause) FROM (SELECT who, day - lag(day) OVER (PARTITION BY who ORDER BY day) AS pause
FROM (SELECT DISTINCT who, recorded::DATE AS day FROM seen)) GROUP BY 1"""
_OPENED = "SELECT who, unnest(patients) AS patient FROM seen WHERE served <> 'no'"
_BY_ACCOUNT = f"SELECT who, count(DISTINCT patient) FROM ({_OPENED}) GROUP BY 1"  # noqa: S608
_SYSTEMS = f"""SELECT system, count(*), count(DISTINCT recorded::DATE), count(*) FILTER (access_action = 'E'),
count(*) FILTER (flags & {FLAG_QUERY} <> 0),
count(*) FILTER (flags & {FLAG_QUERY} <> 0 AND len(patients) > 0) FROM seen GROUP BY 1"""  # noqa: S608
_ON_FILE = """SELECT system, count(DISTINCT patient) FROM
(SELECT system, unnest(patients) AS patient FROM seen WHERE served <> 'no') GROUP BY 1"""
_OF_UNITS = """SELECT unit, count(DISTINCT patient) FROM
(SELECT unit, unnest(patients) AS patient FROM seen WHERE served <> 'no') GROUP BY 1"""
_FORMS = """SELECT role, system, unit, form, list(DISTINCT who) FROM seen WHERE served <> 'no' GROUP BY ALL"""
_TURNS = """SELECT who, count(*), count(DISTINCT moment::DATE), max(moment::DATE) - min(moment::DATE) + 1,
count(*) FILTER (network <> before_network) FROM (SELECT who, recorded AS moment, session, network, software, patient,
lag(session) OVER mine AS before, lag(session, 2) OVER mine AS first, lag(network) OVER mine AS before_network,
lag(software) OVER mine AS before_software, lag(patient) OVER mine AS before_patient,
lag(recorded, 2) OVER mine AS first_at
FROM (SELECT who, recorded, session, network, software, patients[1] AS patient FROM seen WHERE len(patients) > 0)
WINDOW mine AS (PARTITION BY who ORDER BY recorded))
WHERE session = first AND session <> before AND software = before_software AND patient <> before_patient
AND moment - first_at < INTERVAL 2 MINUTES GROUP BY 1"""
_REFUSED = """WITH no AS (SELECT DISTINCT role, system, unnest(patients) AS patient FROM seen WHERE outcome > 0)
SELECT role, system, count(DISTINCT patient) FROM no SEMI JOIN
(SELECT unnest(patients) AS patient FROM seen WHERE served <> 'no') USING (patient) GROUP BY 1, 2"""


def count_house(
    data: Path, stakes: StakeTable, price: Price, methods: Mapping[str, frozenset[str]] | None
) -> House:
    """The figures of the house whose ledger is below ``data``. LedgerError; SourceError for an empty one.

    ``methods`` says how accounts log in, None where nobody said.
    """
    care = CareRecall(data)
    with connect(data) as ledger:
        sources, seen = (
            [name for (name,) in ledger.execute(f"SELECT DISTINCT {column} FROM ledger").fetchall()]  # noqa: S608
            for column in ("source", "account")
        )
        posts = {_spelling(post, frozenset(seen)): post for post in care.staff()}
        _register(ledger, "systems", "source", "system", {name: family_of(name) for name in sources})
        spelled = {name: who for who, post in posts.items() for name in post.names}
        _register(ledger, "spellings", "account", "who", spelled)
        ledger.execute(_SEEN)
        first_ms, last_ms = ledger.execute(_SPAN).fetchall()[0]
        if first_ms is None:
            raise SourceError(
                _("the ledger holds no access with an account and a time"), _("name another --data")
            )
        forms = ledger.execute(_FORMS).fetchall()
        on_file = dict(ledger.execute(_ON_FILE).fetchall())
        lately = Lately(ledger, care) if care.known else None
        accounts = _accounts(ledger, posts, on_file, methods)
        units = tuple(_units(ledger, forms, lately, stakes))
        feedless = [(unit.name, unit.role) for unit in units if lacks_feed(unit, units)]
        return House(
            first_ms,
            last_ms,
            tuple(accounts),
            _rights(ledger, accounts, forms, on_file, lately, feedless, stakes),
            tuple(_systems(ledger, forms, on_file, stakes)),
            units,
            care.known,
            methods is not None,
            price,
        )


def _accounts(
    ledger: duckdb.DuckDBPyConnection,
    posts: Mapping[str, Post],
    on_file: Mapping[str, int],
    methods: Mapping[str, frozenset[str]] | None,
) -> list[Account]:
    """Everybody who was active, and everybody on the staff list."""
    used: dict[str, list[Any]] = defaultdict(list)
    for who, *rest in ledger.execute(_ACCOUNTS).fetchall():
        used[who].append(rest)
    pauses = dict(ledger.execute(_PAUSES).fetchall())
    opened = dict(ledger.execute(_BY_ACCOUNT).fetchall())
    turns = {who: Turns(*rest) for who, *rest in ledger.execute(_TURNS).fetchall()}
    largest = max(on_file, key=lambda name: (on_file[name], name), default="")
    found = []
    for who in sorted(used.keys() | posts.keys()):
        rows, post = sorted(used.get(who, ()), key=lambda row: (-row[2], row[0])), posts.get(who)
        found.append(
            Account(
                who,
                rows[0][1] if rows else post.role if post else "",
                rows[0][0] if rows else largest,
                opened.get(who, 0),
                min((row[3] for row in rows), default=None),
                max((row[4] for row in rows), default=None),
                pauses.get(who) or 0,
                post.left_ms if post else None,
                post.since_ms if post else None,
                turns.get(who, Turns()),
                _methods(who, post, methods),
            )
        )
    return found


def _spelling(post: Post, seen: frozenset[str]) -> str:
    """The name an account is shown under: one that the log uses, else the plainest."""
    return min(post.names, key=lambda name: (name not in seen, "/" in name, -len(name), name))


def _methods(
    who: str, post: Post | None, methods: Mapping[str, frozenset[str]] | None
) -> frozenset[str] | None:
    if methods is None:
        return None
    said = [methods[name] for name in (post.names if post else (who,)) if name in methods]
    return frozenset().union(*said) if said else None


def _register(
    ledger: duckdb.DuckDBPyConnection, table: str, key: str, value: str, pairs: Mapping[str, str]
) -> None:
    """A table of two columns of words."""
    words = pa.table({key: pa.array(pairs.keys(), pa.string()), value: pa.array(pairs.values(), pa.string())})
    ledger.register(table, words)


def _rights(
    ledger: duckdb.DuckDBPyConnection,
    accounts: list[Account],
    forms: list[Any],
    on_file: Mapping[str, int],
    lately: Lately | None,
    feedless: Collection[Pair],
    stakes: StakeTable,
) -> dict[Pair, Right]:
    refused = {(role, system): count for role, system, count in ledger.execute(_REFUSED).fetchall()}
    shown: dict[Pair, tuple[int, int]] = defaultdict(lambda: (0, 0))
    users: dict[Pair, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
    everybody: dict[Pair, set[str]] = defaultdict(set)
    for role, system, _unit, form, who in forms:
        pair = (role, system)
        shows, may_show, _known = stakes.shown(form)
        shown[pair] = shown[pair][0] | shows, shown[pair][1] | may_show
        everybody[pair].update(who)
        for kind in _names(shows):
            users[pair][kind].update(who)
    patients = {account.name: account.patients for account in accounts}
    found = {}
    for pair, people in everybody.items():
        shows, may_show = shown[pair]
        usual = int(np.median([patients[who] for who in people]))
        openings, in_care, beyond = lately.of_pair(pair, feedless) if lately else (0, 0, 0)
        rare = {kind: len(who) for kind, who in sorted(users[pair].items()) if is_rare(len(who), len(people))}
        found[pair] = Right(
            *pair, len(people), usual, on_file.get(pair[1], 0), _names(shows), _names(shows | may_show),
            openings, in_care, beyond, refused.get(pair, 0), rare,
        )  # fmt: skip
    return found


def _systems(
    ledger: duckdb.DuckDBPyConnection, forms: list[Any], on_file: Mapping[str, int], stakes: StakeTable
) -> Iterator[System]:
    rows = sorted(ledger.execute(_SYSTEMS).fetchall())
    for name, records, days, executions, searches, telling in rows:
        shows, may_show = _shown(
            (form for _role, system, _unit, form, _who in forms if system == name), stakes
        )
        patients = on_file.get(name, 0)
        yield System(name, records, days, executions, searches, telling, patients, shows, may_show)


def _units(
    ledger: duckdb.DuckDBPyConnection, forms: list[Any], lately: Lately | None, stakes: StakeTable
) -> Iterator[Unit]:
    if lately is None:
        return
    patients = dict(ledger.execute(_OF_UNITS).fetchall())
    of_unit: dict[str, set[str]] = defaultdict(set)
    for _role, _system, unit, form, _who in forms:
        of_unit[unit].add(form)
    for name, role, openings, in_care in lately.of_units():
        yield Unit(name, role, openings, in_care, patients.get(name, 0), *_shown(of_unit[name], stakes))


def _shown(forms: Any, stakes: StakeTable) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The categories that ``forms`` show, and those with what they may show."""
    shows = may_show = 0
    for form in set(forms):
        certain, possible, _known = stakes.shown(form)
        shows, may_show = shows | certain, may_show | possible
    return _names(shows), _names(shows | may_show)


def _names(bits: int) -> tuple[str, ...]:
    return tuple(name for place, name in enumerate(CATEGORIES) if bits >> place & 1)
