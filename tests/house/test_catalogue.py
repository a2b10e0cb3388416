"""The French catalogue is compiled from its source and has every reason's sentence."""

import io
from importlib.resources import files

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po

from rempart.language import language_of
from rempart.watch.reasons import REASONS

FOLDER = files("rempart") / "locale" / "fr" / "LC_MESSAGES"


def test_the_compiled_catalogue_is_that_of_the_source() -> None:
    catalogue = read_po(io.BytesIO((FOLDER / "rempart.po").read_bytes()))
    compiled = io.BytesIO()
    write_mo(compiled, catalogue)
    assert compiled.getvalue() == (FOLDER / "rempart.mo").read_bytes()


def test_every_reason_is_said_in_french() -> None:
    french = language_of("fr")
    for reason in REASONS:
        for text in filter(None, (reason.text, reason.usual)):
            assert french.gettext(text) != text, text
