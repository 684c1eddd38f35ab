"""Where reading, deciding and writing meet: detect → map → admit → provision, each safe to repeat and to stop."""

from shared.engine import breaker
from shared.engine.admitting import admit_all
from shared.engine.approving import Approved, approve
from shared.engine.consequences import consequences
from shared.engine.dependents import ring_dependents
from shared.engine.detect import detect
from shared.engine.drift import follow
from shared.engine.explaining import Explained, Explanation, OnTarget, explain
from shared.engine.handling import handle
from shared.engine.holding import held, holds, state_of
from shared.engine.mapping import map_person
from shared.engine.parts import Engine, session
from shared.engine.provisioning import provision
from shared.engine.rejecting import reconsider, reject, remind, snooze
from shared.engine.renaming import rename, undo
from shared.engine.sweeping import patrol, relook, renew, sweep, wake
from shared.engine.tidying import tidy
from shared.holds import Held, fingerprint

__all__ = [
    "Approved",
    "Engine",
    "Explained",
    "Explanation",
    "Held",
    "OnTarget",
    "admit_all",
    "approve",
    "breaker",
    "consequences",
    "detect",
    "explain",
    "fingerprint",
    "follow",
    "handle",
    "held",
    "holds",
    "map_person",
    "patrol",
    "provision",
    "reconsider",
    "reject",
    "relook",
    "remind",
    "rename",
    "renew",
    "ring_dependents",
    "session",
    "snooze",
    "state_of",
    "sweep",
    "tidy",
    "undo",
    "wake",
]
