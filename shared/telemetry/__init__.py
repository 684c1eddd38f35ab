"""What a deployment tells of itself: spans, numbers and lines of a log, with ids and never what HR says or a secret.

Everything that may be told is named in `catalogue`. Nothing is told until somebody listens.
"""

from shared.telemetry import catalogue, logs
from shared.telemetry.listening import listen, tell
from shared.telemetry.spans import asking, door, shown, spanning, writing
from shared.telemetry.tracing import carried, continuing, joined, linked, parted

__all__ = [
    "asking",
    "carried",
    "catalogue",
    "continuing",
    "door",
    "joined",
    "linked",
    "listen",
    "logs",
    "parted",
    "shown",
    "spanning",
    "tell",
    "writing",
]
