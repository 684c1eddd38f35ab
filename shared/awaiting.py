"""An account that appears by itself, with that of another target: how long it may take, and when to look again. Pure.

A look finds it or not; between two looks nothing is done, and nobody is told before the time that it may take is over.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from shared.model import Desired, Link, Stage

PATIENCE = timedelta(days=1)
"""How long it may take; the longest that a vendor speaks of is a day for a mailbox."""

SOONEST, LATEST = timedelta(minutes=5), timedelta(hours=1)
"""How long after a look in vain the next one comes: sooner while it has not been missing for long."""


def awaits(desired: Desired) -> bool:
    """Whether an account that is not there should be by now: ahead of the first day it need not, and a record that HR
    took away is not missed.
    """
    return bool(desired.follows) and desired.stage is Stage.ACTIVE and not desired.corrects


def belongs(desired: Desired, link: Link) -> bool:
    """Whether there may be an account at all: the other one is there, and nobody said that this is not theirs."""
    return desired.follows not in {"", *link.apart}


def followed(desired: Desired, link: Link) -> Link:
    """The link without an account that belongs to another one than it does now; what was done there is not ours."""
    if desired.follows is None or link.account in ("", desired.follows):
        return link
    return Link(apart=link.apart)


def missing(link: Link, now: datetime) -> Link:
    return link if link.awaited else replace(link, awaited=now)


def seen(link: Link) -> Link:
    return replace(link, awaited=None)


def overdue(link: Link, now: datetime) -> bool:
    return link.awaited is not None and now - link.awaited >= PATIENCE


def again(link: Link, now: datetime) -> datetime:
    """When (UTC) to look for it once more."""
    return now + min(max(now - (link.awaited or now), SOONEST), LATEST)
