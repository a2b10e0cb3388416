"""The French catalogue is compiled from its source and has every reason's sentence."""

import gettext
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
    compiled.seek(0)
    assert sentences(compiled) == sentences(io.BytesIO((FOLDER / "rempart.mo").read_bytes()))


def sentences(compiled: io.BytesIO) -> dict[object, str]:
    """Every message but the header, which names the compiler's version."""
    known = gettext.GNUTranslations(compiled)._catalog  # type: ignore[attr-defined]
    return {message: text for message, text in known.items() if message}


def test_every_reason_is_said_in_french() -> None:
    french = language_of("fr")
    for reason in REASONS:
        for text in filter(None, (reason.text, reason.usual)):
            assert french.gettext(text) != text, text
