"""What the demonstration calls its thieves, what stopped them, and its roles, in each language.

Misses: thieves and roles that only the tournament lets loose; they go by their own names.
"""

from __future__ import annotations

from rempart.language import Language


def story_words(language: Language) -> dict[str, str]:
    """The region's own names: thieves, what stopped them, roles."""
    _ = language.gettext
    return {
        "night scrape": _("night scrape"),
        "enumeration": _("enumeration"),
        "dormant account": _("dormant account"),
        "own list": _("own list"),
        "stolen session": _("stolen session"),
        "blocked": _("blocked"),
        "gave up": _("gave up"),
        "finished": _("finished"),
        "end of period": _("end of period"),
        "gp": _("general practitioner"),
        "gp_secretary": _("medical secretary"),
        "hospital_doctor": _("hospital doctor"),
        "nurse": _("nurse"),
        "admission_clerk": _("admission clerk"),
        "emergency_doctor": _("emergency doctor"),
        "coder": _("coder"),
        "pharmacist": _("pharmacist"),
        "laboratory": _("laboratory"),
        "locum": _("locum"),
        "batch": _("batch"),
        "all": _("all"),
        "owners of stolen accounts": _("owners of stolen accounts"),
    }
