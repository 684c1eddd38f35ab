"""Where reading, deciding and writing meet: detect → map → admit → provision, each safe to repeat and to stop."""

from shared.engine import breaker
from shared.engine.admitting import admit_all
from shared.engine.approving import Held, approve, fingerprint, held
from shared.engine.dependents import ring_dependents
from shared.engine.detect import detect
from shared.engine.drift import follow
from shared.engine.explaining import Explained, Explanation, OnTarget, explain
from shared.engine.foreseeing import foresee
from shared.engine.handling import handle
from shared.engine.mapping import map_person
from shared.engine.parts import Engine, session
from shared.engine.provisioning import provision
from shared.engine.renaming import rename, undo
from shared.engine.sweeping import patrol, relook, renew, sweep, wake
from shared.engine.tidying import tidy

__all__ = [
    "Engine",
    "Explained",
    "Explanation",
    "Held",
    "OnTarget",
    "admit_all",
    "approve",
    "breaker",
    "detect",
    "explain",
    "fingerprint",
    "follow",
    "foresee",
    "handle",
    "held",
    "map_person",
    "patrol",
    "provision",
    "relook",
    "rename",
    "renew",
    "ring_dependents",
    "session",
    "sweep",
    "tidy",
    "undo",
    "wake",
]
