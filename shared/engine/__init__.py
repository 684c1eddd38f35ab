"""Where reading, deciding and writing meet: detect → map → admit → provision, each safe to repeat and to stop."""

from shared.engine import blocking, breaker, exceptions, halting
from shared.engine.admitting import admit_all
from shared.engine.approving import Approved, approve
from shared.engine.believing import Doubted, accept
from shared.engine.brake import Brake, Stop
from shared.engine.checking import Report, check_hr
from shared.engine.coming import foresee
from shared.engine.consequences import consequences
from shared.engine.dependents import ring_dependents
from shared.engine.detect import detect, poll
from shared.engine.drift import follow
from shared.engine.erasing import about, erase
from shared.engine.explaining import Explained, Explanation, OnTarget, Right, explain
from shared.engine.extending import extend
from shared.engine.gauging import gauge_flow, gauge_own, gauge_stock
from shared.engine.glancing import glance
from shared.engine.handling import handle
from shared.engine.holding import held, holds, state_of
from shared.engine.humans_by_hand import Joined, Twin, join_records, part_record, twins
from shared.engine.keeping import Restored, backup, restore
from shared.engine.linking import cut, join
from shared.engine.mapping import map_person
from shared.engine.packing import pack
from shared.engine.parts import Engine, session
from shared.engine.provisioning import provision
from shared.engine.records import human_of
from shared.engine.rejecting import reconsider, reject, remind, snooze
from shared.engine.renaming import rename, undo
from shared.engine.retaining import retain
from shared.engine.ringing import ring_glances, ring_polls
from shared.engine.seats import reseat
from shared.engine.sweeping import patrol, relook, renew, sweep, wake
from shared.engine.tidying import tidy
from shared.holds import Held, fingerprint

__all__ = [
    "Approved",
    "Brake",
    "Doubted",
    "Engine",
    "Explained",
    "Explanation",
    "Held",
    "Joined",
    "OnTarget",
    "Report",
    "Restored",
    "Right",
    "Stop",
    "Twin",
    "about",
    "accept",
    "admit_all",
    "approve",
    "backup",
    "blocking",
    "breaker",
    "check_hr",
    "consequences",
    "cut",
    "detect",
    "erase",
    "exceptions",
    "explain",
    "extend",
    "fingerprint",
    "follow",
    "foresee",
    "gauge_flow",
    "gauge_own",
    "gauge_stock",
    "glance",
    "halting",
    "handle",
    "held",
    "holds",
    "human_of",
    "join",
    "join_records",
    "map_person",
    "pack",
    "part_record",
    "patrol",
    "poll",
    "provision",
    "reconsider",
    "reject",
    "relook",
    "remind",
    "rename",
    "renew",
    "reseat",
    "restore",
    "retain",
    "ring_dependents",
    "ring_glances",
    "ring_polls",
    "session",
    "snooze",
    "state_of",
    "sweep",
    "tidy",
    "twins",
    "undo",
    "wake",
]
