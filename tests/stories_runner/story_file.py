"""A story as it stands in its file: strict, so that a key nobody knows fails with its place and is never skipped."""

from collections.abc import Mapping
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
STORIES = ROOT / "tests" / "stories"
CUSTOMERS = ROOT / "config"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, coerce_numbers_to_str=True)


class Directory(Strict):
    """What the tenant holds (`given`) or what an administrator does in it by hand (`tenant`)."""

    accounts: Mapping[str, Mapping[str, Any] | Literal["deleted", "restored"]] = Field(default_factory=dict)
    """By logon name: Graph's attributes, and `enabled`, `groups` (joined), `left` (groups left), `manager`, `roles` and
    `eligible` (administrator roles held, and those that may be activated)."""
    groups: tuple[str, ...] | None = None
    """New groups. Left out of `given`, all groups that the policy names are there."""
    seats: Mapping[str, int] = Field(default_factory=dict)
    """Licence → seats bought; there are plenty unless it is said."""
    mailboxes: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """By address: new shared mailboxes, and what is changed of those that are there (`shared`, `hidden`)."""
    lists: tuple[str, ...] = ()
    """New distribution lists, by address."""
    appears: int | None = None
    """Hours after its licence at which a mailbox is there, from now on."""
    applications: tuple[str, ...] = ()
    """New applications with the roles they have, each as «application/role»; those of the policy are there."""


class Lost(Strict):
    """The answer to the `write`-th write from now is lost, after it was `done` or before."""

    write: int
    done: bool


class Word(Strict):
    """What somebody decides about one `person`, or about all writes; an exception lasts `until` a day, inclusive."""

    person: str = ""
    grant: str = ""
    deny: str = ""
    exclude: bool = False
    freeze: bool = False
    first: date | None = None
    until: date | None = None
    extend: bool = False
    """Lets somebody who is not in HR stay until that day."""
    end: bool = False
    """Ends the exception that says this."""
    block: Literal["", "keep", "strip"] = ""
    unblock: bool = False
    stop: bool = False
    resume: bool = False


class Step(Strict):
    """One day: what changes, and after everything ran what was done, what waits, and what the accounts look like."""

    day: date
    time: str = "09:00"
    """In the customer's time zone, or with ` UTC` behind it."""
    hr: Mapping[str, Mapping[str, Any] | None] = Field(default_factory=dict)
    guests: Mapping[str, Mapping[str, Any] | None] = Field(default_factory=dict)
    """What the source of externals says, in a story whose policy has one called `guests`."""
    tenant: Directory = Directory()
    approve: str = ""
    """What somebody says yes to: what would be done or why it waits; `everything` is all that a yes lets be done."""
    reject: str = ""
    """What somebody says no to, in the same words."""
    snooze: Mapping[str, date] = Field(default_factory=dict)
    """What is put off, in the same words, and until when."""
    reconsider: str = ""
    """What was rejected or put off and is asked again, in the same words."""
    by: str = "somebody"
    """Who answers."""
    recreate: bool = False
    """Whether the yes is one to have an account back that somebody else deleted."""
    unanswered: str = ""
    """Part of the sentence with which the answer is refused."""
    words: tuple[Word, ...] = ()
    faults: tuple[Lost, ...] = ()
    then: Mapping[str, tuple[str, ...]] | tuple[str, ...] = ()
    """By person; a plain list where the story has one person only."""
    held: Mapping[str, str | tuple[str, ...]] = Field(default_factory=dict)
    entra: Mapping[str, Mapping[str, Any] | Literal["gone"]] = Field(default_factory=dict)
    mailboxes: Mapping[str, Mapping[str, Any] | Literal["gone"]] = Field(default_factory=dict)
    """By logon name: `shared`, `hidden`, who has `full_access`, `send_as` and `on_behalf`, and its `lists`."""
    records: Mapping[str, Mapping[str, Any]] = Field(default_factory=dict)
    """By HR id: what HR's own record says, where names are written into it."""
    ready: datetime | None = None
    """When the last of it is done, in the customer's time zone; what waits for an hour has moved the clock."""
    covers: tuple[tuple[str, str], ...] = ()
    """Cells of the table of transitions (docs/lifecycle.md) that this step shows: the situation, then the event."""
    stops: str = ""
    """Part of the sentence with which the answer of HR is refused as a whole."""


class Story(Strict):
    story: str
    policy: Mapping[str, Any] = Field(default_factory=dict)
    given: Directory = Directory()
    steps: tuple[Step, ...] = Field(min_length=1)
    base: Mapping[str, Any] = Field(default_factory=dict)
    """Filled in by the runner: the policy that `policy` changes."""


def product_names() -> tuple[str, ...]:
    """The product's own stories, one in each file. Nothing is read: every process that only lists tests asks."""
    return tuple(sorted(file.stem for file in STORIES.glob("*.yaml") if file.name != "base.yaml"))


@cache
def product_story(name: str) -> Story:
    return parsed(f"{name}.yaml", _yaml(STORIES / f"{name}.yaml"), _base())


@cache
def _base() -> Mapping[str, Any]:
    base: Mapping[str, Any] = _yaml(STORIES / "base.yaml")
    return base


@cache
def customer_stories() -> dict[str, Story]:
    """The acceptance stories beside each customer's policy, several in one file."""
    found: dict[str, Story] = {}
    for file in sorted(CUSTOMERS.glob("*.stories.yaml")):
        customer = file.name.removesuffix(".stories.yaml")
        told, base = _yaml(file), _yaml(file.with_name(f"{customer}.yaml"))
        if set(told) != {"stories"}:
            raise ValueError(f"{file.name}: holds `stories:` and nothing else")
        for number, one in enumerate(told["stories"], 1):
            found[f"{customer}-{number}"] = parsed(f"{file.name}, story {number}", one, base)
    return found


def parsed(place: str, told: Any, base: Mapping[str, Any]) -> Story:
    """Raises `ValueError` that names the file, the key and what is wrong with it."""
    try:
        return Story.model_validate({**told, "base": base})
    except ValidationError as error:
        wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {_words(one)}" for one in error.errors()]
        raise ValueError(f"{place}: " + "; ".join(wrong)) from None


def _words(error: Any) -> str:
    return "this key is not known to stories" if error["type"] == "extra_forbidden" else str(error["msg"])


def merged(base: Any, changes: Any) -> Any:
    """`changes` over `base`, mappings key by key; everything else is replaced."""
    if not isinstance(base, Mapping) or not isinstance(changes, Mapping):
        return changes
    return {**base, **{key: merged(base.get(key), value) for key, value in changes.items()}}


def _yaml(file: Path) -> Any:
    return YAML(typ="safe", pure=True).load(file.read_text(encoding="utf-8"))
