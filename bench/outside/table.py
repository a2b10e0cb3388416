"""What the plays of one kind say together, as text."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from statistics import fmean

from bench.outside.play import Calm, Theft


def by_family(thefts: Iterable[Theft]) -> dict[str, list[Theft]]:
    """In the order they were played."""
    families: dict[str, list[Theft]] = defaultdict(list)
    for theft in thefts:
        families[theft.family].append(theft)
    return families


def mean_of_families(thefts: Iterable[Theft]) -> float | None:
    """Each family counts once, however many thieves it had; nothing where there was no theft."""
    means = [fmean(theft.share for theft in some) for some in by_family(thefts).values()]
    return fmean(means) if means else None


def table(kind: str, calms: Sequence[Calm], thefts: Sequence[Theft]) -> str:
    """Shares of the plans, then friction."""
    lines = [f"{kind}: {len(calms)} regions, {len(thefts)} thefts"]
    counted = [theft for theft in thefts if not theft.apart]
    unfooled = [theft for theft in counted if not theft.fooled]
    lines.append(f"  share of the plans, mean of families   {_percent(mean_of_families(counted))}")
    lines.append(f"  without thefts with a fooled approval  {_percent(mean_of_families(unfooled))}")
    lines.append(f"  worst family                           {_worst(counted)}")
    lines.append("    family          thefts   mean  worst  fooled")
    for name, some in by_family(thefts).items():
        mean = fmean(theft.share for theft in some)
        worst = max(theft.share for theft in some)
        fooled = sum(theft.fooled > 0 for theft in some)
        apart = "  (apart: not in the mean)" if some[0].apart else ""
        lines.append(f"    {name:14} {len(some):7} {mean:7.1%} {worst:6.1%} {fooled:7}{apart}")
    lines += _friction(calms)
    others = sum(theft.others_blocked for theft in thefts)
    lines.append(f"  owners blocked in thefts that did not use them: {others}")
    return "\n".join(lines)


def _friction(calms: Sequence[Calm]) -> list[str]:
    lines = ["  per 1,000 account-days, no thief   first two weeks   after"]
    days = [sum(calm.account_days[half] for calm in calms) for half in (0, 1)]
    for name, counts in (
        ("step-ups", [calm.step_ups for calm in calms]),
        ("challenged days", [calm.challenged_days for calm in calms]),
    ):
        early, late = (1_000 * sum(pair[half] for pair in counts) / max(1, days[half]) for half in (0, 1))
        lines.append(f"    {name:31} {early:16.1f} {late:7.1f}")
    lines.append(f"    {'of account-days':31} {days[0]:16,} {days[1]:7,}")
    lines.append(
        f"  honest blocks: {sum(calm.blocks for calm in calms)}, "
        f"honest accesses restricted: {sum(calm.restricted for calm in calms)}"
    )
    reasons = sum((calm.reasons for calm in calms), Counter[str]())
    told = ", ".join(f"{reason} {times}" for reason, times in reasons.most_common())
    return [*lines, f"  first reasons of honest challenges: {told or 'none'}"]


def _worst(thefts: Iterable[Theft]) -> str:
    means = {name: fmean(theft.share for theft in some) for name, some in by_family(thefts).items()}
    if not means:
        return "none"
    name = max(means, key=means.__getitem__)
    return f"{means[name]:.1%} ({name})"


def _percent(share: float | None) -> str:
    return "none" if share is None else f"{share:.1%}"
