"""A letter to one person: only what was exposed to that person, what a thief can do, three things to do.

Reads a person, the addressee, the site and the words. Gives :class:`Letter`; its body depends only on the
language, the kind of letter and the set of categories, so a million letters share a few hundred bodies.
No letter holds a link: :func:`rempart.notice.site.read_site` refuses them, and :func:`has_link` is asked again.

Misses: large print and languages other than French and English.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from rempart.notice.addressee import Addressee, Kind
from rempart.notice.affected import Affected
from rempart.notice.obligations import CARE
from rempart.notice.people import Person
from rempart.notice.scope import Scope
from rempart.notice.site import LINK, Site
from rempart.notice.words import Words

LIKELY = 0.5
"""Below this probability that the thief opened the record, the letter says that the owner may have."""

ACTIONS: tuple[tuple[str, frozenset[str]], ...] = (
    ("bank_details", frozenset({"bank_details"})),
    ("insurance", frozenset({"insurance"})),
    ("prescriptions", frozenset({"prescriptions"})),
    ("social_security_number", frozenset({"social_security_number"})),
    ("medical", CARE - {"appointments", "prescriptions"}),
    ("identity", frozenset({"identity"})),
)
"""What to advise for which categories, most urgent first; ``caller`` comes before, ``keep`` and ``doubt`` fill up."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One category of this person's data, and what a thief can do with it."""

    name: str
    thief: str


@dataclass(frozen=True, slots=True)
class Body:
    """What letters of one kind and one set of categories share."""

    subject: str
    sender: tuple[str, ...]
    dated: str
    greeting: str
    sorry: str
    seen_title: str
    seen: tuple[Seen, ...]
    maybe_title: str
    maybe: tuple[Seen, ...]
    only: str
    todo_title: str
    todo: tuple[str, str, str]
    done_title: str
    done: tuple[str, ...]
    questions_title: str
    call: str
    nolink: str
    rights: str
    closing: str
    signature: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Letter:
    """One letter, ready to be printed. ``number`` and ``copy`` name it within the case."""

    number: int
    copy: int
    language: str
    kind: Kind
    address: tuple[str, ...]
    reference: str
    happened: str
    categories: tuple[str, ...]
    body: Body


class Writer:
    """Writes the letters of one case in one language."""

    def __init__(self, scope: Scope, site: Site, words: Words, now: datetime) -> None:
        self._scope = scope
        self._site = site
        self._words = words
        self._now = now
        self._body = lru_cache(maxsize=None)(self._make_body)
        self._day = lru_cache(maxsize=4096)(self._say_day)

    def write(self, affected: Affected, addressee: Addressee, copy: int) -> Letter:
        """The letter about ``affected`` to ``addressee``."""
        words = self._words
        lines: tuple[str, ...] = (addressee.name,)
        if addressee.kind == "minor":
            lines = (words.text("letter.to_parents"), addressee.name)
        elif addressee.kind == "representative":
            lines = (addressee.name, f"{words.text('letter.to_representative')} {affected.person.name}")
        reference = f"{self._scope.case}-{affected.number:07d}-{self._scope.hash[:8]}"
        return Letter(
            number=affected.number,
            copy=copy,
            language=words.language.code,
            kind=addressee.kind,
            address=(*lines, *addressee.lines),
            reference=words.text("letter.reference", reference=reference),
            happened=self._happened(affected, addressee.kind),
            categories=affected.categories,
            body=self._body(addressee.kind, affected.categories, affected.possible),
        )

    def specimen(self) -> Letter:
        """The letter to an adult of whom everything was seen that was seen of anybody: to be read and attached."""
        given, family, *lines = self._words.table("letter")["specimen"]
        person = Person(given=given, family=family, address=tuple(lines))
        scope = self._scope
        everything = Affected(
            number=0,
            person=person,
            patients=(),
            categories=scope.exposed,
            possible=scope.unsure,
            first=scope.from_,
            last=scope.to,
            accesses=0,
            in_care="unknown",
            thief_probability=1.0,
        )
        return self.write(everything, Addressee("adult", person.name, person.address), 1)

    def _happened(self, affected: Affected, kind: Kind) -> str:
        """What happened, when, and to whom, in one paragraph."""
        words = self._words
        first, last = self._day(affected.first), self._day(affected.last)
        key = "letter.happened_one" if first == last else "letter.happened"
        whose = {"minor": "of_child", "representative": "of_protected"}.get(kind, "yours")
        whose += "" if affected.categories else "_maybe"
        parts = [
            words.text(key, first=first, last=last),
            words.text(f"letter.{whose}", name=affected.person.name),
        ]
        if affected.thief_probability < LIKELY:
            parts.append(words.text("letter.perhaps"))
        return " ".join(parts)

    def _say_day(self, stamp: str) -> str:
        """The day of an ISO 8601 time of the scope."""
        return self._words.day(datetime.fromisoformat(stamp or self._scope.from_))

    def _make_body(self, kind: Kind, categories: tuple[str, ...], possible: tuple[str, ...]) -> Body:
        words, site = self._words, self._site
        letter = words.table("letter")
        subject = {"minor": "subject_minor", "representative": "subject_protected"}.get(kind, "subject")
        subject += "" if categories else "_maybe"
        city = f"{site.organisation.city}, " if site.organisation.city else ""
        dpo = ", ".join(site.dpo.address or [site.organisation.name, *site.organisation.address])
        phone = site.letters.phone or words.text("common.unknown")
        signature = (site.letters.signed_by, site.letters.title, site.organisation.name)
        return Body(
            subject=words.text(f"letter.{subject}"),
            sender=(site.organisation.name, *site.organisation.address),
            dated=words.text("letter.date", city=city, date=words.day(self._now)),
            seen=self._seen(kind, categories),
            seen_title=words.text("letter.seen"),
            maybe=self._seen(kind, possible),
            maybe_title=words.text("letter.maybe"),
            todo_title=words.text("letter.todo"),
            todo=self._todo(frozenset(categories), frozenset(possible)),
            done_title=words.text("letter.done"),
            done=tuple(words.fill(each) for each in site.letters.measures.get(words.language.code, ())),
            questions_title=words.text("letter.questions"),
            call=words.text("letter.call", phone=phone, dpo=dpo),
            signature=tuple(line for line in signature if line),
            **{key: words.fill(letter[key]) for key in ("greeting", "only", "nolink", "rights", "closing")},
            sorry=words.text("letter.sorry" if categories else "letter.sorry_maybe"),
        )

    def _seen(self, kind: Kind, categories: tuple[str, ...]) -> tuple[Seen, ...]:
        """Each category with what a thief can do with it."""
        words = self._words
        letter = words.table("letter")
        them, can = letter.get(f"them_{kind}", letter["them"]), words.text("letter.thief")
        return tuple(
            Seen(f"{words.category(each, 'name')}.", f"{can} {words.category(each, 'thief', them)}.")
            for each in categories
        )

    def _todo(self, seen: frozenset[str], possible: frozenset[str]) -> tuple[str, str, str]:
        """Three advices; one about what was only possibly seen says so where it speaks of seeing."""
        texts = self._words.table("action")
        urgent = []
        for action, about in ACTIONS:
            careful = f"{action}_maybe"
            if about & seen:
                urgent.append(action)
            elif about & possible:
                urgent.append(careful if careful in texts else action)
        first, second, third = ["caller", *urgent, "keep", "doubt"][:3]
        return (
            self._words.fill(texts[first]),
            self._words.fill(texts[second]),
            self._words.fill(texts[third]),
        )


def has_link(letter: Letter) -> bool:
    """Whether anything in the letter could be followed, which no letter may offer."""
    return _body_has_link(letter.body) or any(
        LINK.search(text) for text in (letter.happened, *letter.address)
    )


@lru_cache(maxsize=4096)
def _body_has_link(body: Body) -> bool:
    """:func:`has_link` for what many letters share."""
    texts = (
        body.subject, body.call, body.only, body.nolink, body.rights, *body.todo, *body.done, *body.sender,
        *body.signature, *(each.thief for each in (*body.seen, *body.maybe)),
    )  # fmt: skip
    return any(LINK.search(text) for text in texts)
