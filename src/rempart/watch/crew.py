"""Crew: several accounts from the same unusual network, opening patients whom nothing explains.

Ten slow thefts are one theft when they leave through one exit. Reads, for each network, what its accounts
opened there in the last days: how many patients, how many whom neither care nor a colleague explains, and
how many of these their own habits let expect; a failed login counts like a few strangers. Gives nats, the
binomial log-likelihood ratio of the network's strangers against what was expected, less while only one or
two others use it. A new network after a merger brings its accounts' usual patients and says nothing. All
sums are integers (thousandths of a patient), folded when a minute closes, so the order of shards and
batches cannot change them. Models the 2025 thefts at regional services. Misses crews with an exit for each
account, or behind the hospital's own address. Communities of users: Chen & Malin, CADS.
"""

from __future__ import annotations

import numpy as np

from rempart.compiled import njit
from rempart.watch.volume import share_nats

ONE = 1000
"""A patient, in the unit of the sums."""
FAILED_LOGIN = 3 * ONE
"""What a failed login counts as: strangers."""
USUAL_FAILED = 0.2
"""Share of it that is expected anyway."""
NEW_DAYS = 7
"""Days since an account first used a network for which a crew there concerns it."""
ENOUGH = 3


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def crew_nats(network, others):  # type: ignore[no-untyped-def]
    """Nats that the strangers of a network are more than its accounts' usual; ``others`` (0 to 3) use it too."""
    if others == 0 or network.opened == 0:
        return np.float32(0.0)
    opened = network.opened / ONE
    usual = min(max(network.expected / network.opened, 0.01), 0.95)
    return share_nats(network.strange / ONE, opened, usual) * np.float32(others / ENOUGH)


@njit(cache=True, nogil=True)  # type: ignore[untyped-decorator]
def note_patient(acc, here, patient, grade):  # type: ignore[no-untyped-def]
    """Add a patient opened with this grade to an observation of its network; the same one at once again is none."""
    if acc.last_patient == patient:
        return
    acc.last_patient = patient
    acc.looked_up += np.float32(1.0)
    acc.unexplained += np.float32(1.0) - grade
    here.opened = ONE
    here.strange = np.int32(ONE * (1.0 - grade))
    here.expected = np.int32(ONE * acc.usual_unexplained)


def fade(networks: np.ndarray) -> None:  # type: ignore[type-arg]
    """A day later: three quarters of what was opened still counts."""
    for name in ("opened", "strange", "expected"):
        networks[name] -= networks[name] >> 2
