"""Where every row lives: tables, partitions and keys, in one place. All rows of one person share one partition.

A person has an id of our own, derived from source and HR id, which is where conversion and renumbering will have their
place. Keys start with the person, or with what a timer looks for (marks, wakes).
"""

from collections.abc import Iterator
from datetime import date, datetime
from enum import StrEnum
from hashlib import blake2b

STATE = "state"
SOURCES = "sources"
GATES = "gates"
IDENTIFIERS = "identifiers"
ACCOUNTS = "accounts"
DIRECTORY = "directory"
LEDGER = "ledger"
MEMBERSHIPS = "memberships"
TABLES = (STATE, SOURCES, GATES, IDENTIFIERS, ACCOUNTS, DIRECTORY, LEDGER, MEMBERSHIPS)

SCHEMA = 2
"""Written into every row."""

READS = frozenset({2})
"""Schemas of rows that this version understands; any other row is parked, not guessed at.

While apps are updated, old and new code work side by side, and who goes back has rows of both. So rows change their
shape in three releases: one that also reads the new one, one that writes it, and one that no longer reads the old one.
"""

BUCKETS = 64
"""Partitions of the state. It can never change for an existing customer, because keys would move."""


def own_id(source: str, hr_id: str) -> str:
    """Our id for somebody of `source`: 20 hexadecimal characters, the same whenever it is asked."""
    return blake2b(f"{source}\0{hr_id}".encode(), digest_size=10).hexdigest()


def drawer(target: str, key: str) -> str:
    """The partition of something that belongs to a target: an account, an identifier."""
    return f"{target}|{bucket(key)}"


def crowd(target: str, group: str) -> str:
    """The partition in `memberships` of those who wait to be granted one thing together; a person is the key."""
    return f"{target}|{group}"


def named(entitlement: str) -> str:
    """What is granted, as a name for sessions and partitions: equal for equal texts, and short."""
    return blake2b(entitlement.encode(), digest_size=10).hexdigest()


def cohort(name: str) -> str:
    return f"cohort|{name}"


def bucket(key: str) -> str:
    """The partition a person or account belongs to."""
    return f"{int.from_bytes(blake2b(key.encode(), digest_size=2).digest(), 'big') % BUCKETS:02x}"


def buckets() -> Iterator[str]:
    return (f"{number:02x}" for number in range(BUCKETS))


class Hop(StrEnum):
    """What a mark promises will be done."""

    MAP = "map"
    DEPENDENTS = "dependents"
    ADMIT = "admit"
    PROVISION = "provision"


HASHES = "hash|"
"""In `sources`, partition = the source: what HR last said, as hashes."""

PIECES = "piece|"
"""In `sources`, partition = the source: pieces of an answer that is not whole yet, or not saved yet."""

LEASE = "lease"
"""In `sources`, partition = the source: who is polling it, and how far the poll is."""

ANSWERS = "answers"
"""In `sources`, partition = the source: the digests of the answers that were believed."""

ACCEPTED = "accepted"
"""In `sources`, partition = the source: the doubted answer that a person accepted."""

NET = "net"
"""In `sources`, partition = the source: the facts that hold what may not be kept, and what that is."""

TOKEN = "token"  # noqa: S105 - the name of a row
"""In `sources`, partition = `directory|<target>`: how far the directory has been followed."""

GATE = "gate"
"""In `gates`, partition = the target: its write budget, and the version under which reservations are saved."""

USES = "use|"
"""In `gates`: reservations, one for each what, person and Desired version."""

SEATS = "seat|"
"""In `gates`: seats of what may run out, reserved for somebody who has not got it yet."""

BREAKER = "breaker"
"""In `gates`: why nothing is sent to the target, and until when."""

STOPS = "stops"
"""The partition in `gates` that says to which targets nothing is written, by name; `EVERYTHING` is all of them."""

EVERYTHING = "*"

DIGEST = "digest"
"""The partition and key in `gates` of what was last mailed about what waits."""

COHORTS = "cohorts"
"""The partition in `gates` of cohorts that are still being gathered."""

RULES = "rules-"
"""Before the reason, in the key of a hold: what rules could not decide."""

SAME, SAME_AS_MANY = "same", "same!"
"""As the last part of a hold's key: it may be another record of one human, or of a human whom a yes does not tell."""

SHARED = "shared"
"""As the last part of a hold's key: somebody else has a value that only one may have."""

MARKS = "mark|"
WAKES = "wake|"
MEMBERS = "member|"
"""In `state`: the departments of one person by target, as keyed hashes, to be counted by reading these rows only."""


def mark(hop: Hop, person: str, target: str = "") -> str:
    return f"{MARKS}{hop}|{person}|{target}"


def marks(hop: Hop) -> str:
    return f"{MARKS}{hop}|"


def pieces(number: int, bucket: str) -> str:
    """The prefix of what a poll has read about the people of one bucket."""
    return f"{PIECES}{number}|{bucket}|"


def piece(number: int, bucket: str, index: int, part: int) -> str:
    """The pieces of one poll in the order in which they were read, each in as many rows as it needs."""
    return f"{pieces(number, bucket)}{index:06d}|{part:03d}"


def wake(day: date, person: str) -> str:
    return f"{WAKES}{day.isoformat()}|{person}"


def member(person: str) -> str:
    return f"{MEMBERS}{person}"


def seat(what: str, person: str) -> str:
    return f"{SEATS}{what}|{person}"


LIKE = "like|"
"""In `state`: which records have a likeness, as a keyed hash, in the order in which they were known."""


def like(likeness: str) -> str:
    return f"{LIKE}{likeness}"


def of(person: str) -> str:
    """The prefix of everything that is one person's."""
    return f"{person}|"


def person(person: str) -> str:
    return f"{person}|person"


def mapped(person: str) -> str:
    """What the last mapping left to remember: wake date, traits, whom the person depends on, and by which policy."""
    return f"{person}|mapped"


def desired(person: str, target: str) -> str:
    return f"{person}|desired|{target}"


def link(person: str, target: str) -> str:
    return f"{person}|link|{target}"


def asked(person: str, target: str) -> str:
    """Names that somebody asked for by hand."""
    return f"{person}|asked|{target}"


def undone(person: str, target: str) -> str:
    """What of somebody's account was taken back by hand."""
    return f"{person}|undone|{target}"


def exceptions(person: str) -> str:
    """The prefix of a person's exceptions."""
    return f"{person}|exception|"


def exception(person: str, kind: str, target: str, what: str) -> str:
    """One exception of each kind for each thing: asked for again, it takes the place of the former."""
    return exceptions(person) + blake2b(f"{kind}\0{target}\0{what}".encode(), digest_size=10).hexdigest()


def extension(person: str) -> str:
    """Somebody's word that a person who is not in HR stays longer than their source says."""
    return f"{person}|extension"


def block(person: str) -> str:
    """Somebody's word that this person's accounts stay disabled."""
    return f"{person}|block"


def permit(person: str, target: str) -> str:
    return f"{person}|permit|{target}"


def release(person: str, target: str) -> str:
    """A person's leave to enable an account that somebody else disabled."""
    return f"{person}|release|{target}"


def leaves(person: str) -> str:
    """A person's word that somebody who is missing from HR has left."""
    return f"{person}|leaves"


def twin(person: str, other: str) -> str:
    """`other` may be another record of this human; the other says so itself, or it is not."""
    return f"{twins(person)}{other}"


def twins(person: str) -> str:
    """The prefix of a human's other records."""
    return f"{person}|twin|"


def twin_of(person: str) -> str:
    """Of which human this record is another one; a record with this row has no accounts of its own."""
    return f"{person}|twin of"


def told_apart(person: str) -> str:
    """The prefix of those of whom a person said that they are somebody else."""
    return f"{person}|apart|"


def apart(person: str, other: str) -> str:
    return f"{told_apart(person)}{other}"


def lease(person: str, target: str) -> str:
    return f"{person}|lease|{target}"


def holds(person: str, place: str = "") -> str:
    """The prefix of a person's holds; `place` is a target or a source."""
    return f"{person}|hold|{place}|" if place else f"{person}|hold|"


def hold(person: str, place: str, what: str) -> str:
    """`what` is what waits, such as "disable" or "grant:group:Finance", or "-" when the person as a whole does."""
    return f"{person}|hold|{place}|{what}"


def rules(reason: str) -> str:
    """What waits because rules cannot decide it for this person, as the last part of a hold's key."""
    return f"{RULES}{reason}!"


def of_mapping(key: str) -> bool:
    """Whether a hold says what mapping found; only mapping takes it away again."""
    what = key.split("|", 3)[-1]
    return what == "map" or what.startswith(RULES)


def dependent(person: str, other: str) -> str:
    """`other` has an attribute that points to `person`."""
    return f"{person}|dependent|{other}"


def dependents(person: str) -> str:
    return f"{person}|dependent|"


def entry(at: datetime, person: str, number: int, what: str) -> str:
    """A line of the ledger; ordered by time within its partition, and by `number` within one moment."""
    return f"{person}|{at.isoformat(timespec='microseconds')}|{number:03d}|{what}"
