"""Whose traces have been kept for long enough, by the policy's retention. Pure."""

from collections.abc import Iterable
from datetime import date, timedelta

from shared.model import Link, Person
from shared.planning import unfinished


def gone_since(person: Person, links: Iterable[Link]) -> date | None:
    """The day from which on somebody counts as gone: after the last contract, and not named by HR.

    None for somebody whom HR names, who may still work here, or who has an account or may have one soon.
    """
    if person.missing_since is None or any(_lives(link) for link in links):
        return None
    ends = [one.end for one in person.contracts]
    days = [end + timedelta(days=1) for end in ends if end is not None]
    return max([person.missing_since, *days])


def _lives(link: Link) -> bool:
    return (bool(link.account) and not link.deleted) or unfinished(link)


def outlived(person: Person, links: Iterable[Link], days: int, today: date) -> bool:
    """Whether all that is kept of somebody may go today."""
    since = gone_since(person, links)
    return since is not None and since + timedelta(days=days) <= today
