"""The French catalogue is whole, says nothing twice over, and is compiled from its source."""

from __future__ import annotations

import ast
import gettext
import io
import re
import string
from itertools import zip_longest
from pathlib import Path

from babel.messages.mofile import write_mo
from messages import PO, python_sentences, sentences, translated, untranslated

from rempart.language import language_of
from rempart.watch.reasons import REASONS


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    compiled = io.BytesIO()
    write_mo(compiled, translated())
    compiled.seek(0)
    with Path(PO).with_suffix(".mo").open("rb") as kept:
        assert known(compiled) == known(kept), "run `make messages`"


def known(compiled: io.BufferedIOBase | io.BytesIO) -> dict[object, str]:
    """Every message but the header, which names the compiler's version."""
    catalogue = gettext.GNUTranslations(compiled)._catalog  # type: ignore[arg-type,attr-defined]
    return {message: text for message, text in catalogue.items() if message}


def test_every_sentence_of_the_source_is_said_in_french() -> None:
    kept = translated()
    missing = [message.id for message in sentences() if message.id and message.id not in kept]
    assert not missing, "run `make messages`, then translate"
    assert not untranslated(kept)


def test_the_catalogue_keeps_nothing_the_source_no_longer_says() -> None:
    said = sentences()
    assert not [message.id for message in translated() if message.id and message.id not in said]


def test_a_translation_fills_in_what_the_sentence_gives_and_no_more() -> None:
    for message in translated():
        english = message.id if isinstance(message.id, tuple) else (message.id,)
        french = message.string if isinstance(message.string, tuple) else (message.string,)
        for said, translation in zip_longest(english, french, fillvalue=english[-1]):
            given = places(str(english[-1]))
            assert places(str(translation)) <= given, (said, translation)
            assert given - places(str(translation)) <= given - places(str(said)), (said, translation)


def places(text: str) -> set[str]:
    """The names that ``{name}`` and ``%(name)s`` stand for."""
    braces = {name for _, name, _, _ in string.Formatter().parse(text) if name}
    return braces | set(re.findall(r"%\((\w+)\)", text))


def test_sentences_inside_f_strings_are_found() -> None:
    tree = ast.parse("""f"{_('open')}: {gettext('shut ' 'up')} {ngettext('one', 'many', n)} {_(word)}" """)
    assert sorted(map(str, python_sentences(tree))) == ["('one', 'many')", "open", "shut up"]


def test_every_reason_is_said_in_french() -> None:
    french = language_of("fr")
    for reason in REASONS:
        for text in filter(None, (reason.text, reason.usual)):
            assert french.gettext(text) != text, text
