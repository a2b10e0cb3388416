"""Codes of medicine: CIM-10 (ICD-10), CCAM procedures, LOINC observations.

CIM-10 is a letter, two digits and up to four more characters; CCAM is four letters and three digits (ATIH,
Assurance Maladie); LOINC is digits, a hyphen and a key of modulus 10 (Regenstrief). No list is held here:
the shape is judged, and for LOINC the key.
"""

from __future__ import annotations

import re

from stdnum import luhn

_CIM10 = re.compile(r"[A-TV-Z]\d{2}(?:\.?[0-9+\-][0-9+\-]{0,3})?", re.ASCII)
_CCAM = re.compile(r"[A-Z]{4}\d{3}(?:[ \-/]?\d[ \-/]?\d)?", re.ASCII)
_LOINC = re.compile(r"\d{1,7}-\d", re.ASCII)


def compact(text: str) -> str:
    """``text`` trimmed, in capitals."""
    return text.strip().upper()


def is_valid(text: str) -> bool:
    """Whether it has the shape of any of the three."""
    return is_cim10(text) or is_ccam(text) or is_loinc(text)


def is_cim10(text: str) -> bool:
    """``E11``, ``E11.9``, ``I10``, ``S7200``."""
    return _CIM10.fullmatch(compact(text)) is not None


def is_ccam(text: str) -> bool:
    """``HHFA001``, with activity and phase or without."""
    return _CCAM.fullmatch(compact(text)) is not None


def is_loinc(text: str) -> bool:
    """``4548-4``."""
    code = compact(text)
    return _LOINC.fullmatch(code) is not None and bool(luhn.is_valid(code.replace("-", "")))


def format_(text: str) -> str:
    """CIM-10 with its point; others as they are."""
    code = compact(text)
    return f"{code[:3]}.{code[3:]}" if is_cim10(code) and "." not in code and len(code) > 3 else code
