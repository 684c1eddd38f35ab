"""What a yes changes in the state: leave for the actions that were named, or a decision of its own kind, and a mark.

Each is for one Desired version and one account, and none lasts longer than the policy says.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from shared import codec, layout
from shared.engine.extensions import stays
from shared.engine.parts import Engine
from shared.engine.permits import permit
from shared.engine.records import joined, settled
from shared.errors import Refused
from shared.holds import Answer, Held
from shared.layout import Hop
from shared.model import Link, Person, Verb
from shared.policy import SourcePolicy
from shared.store import Change, Delete, Insert, Put, Replace, Row


def carried(engine: Engine, some: Sequence[Held], rows: Mapping[str, Row], by: str, cohort: str) -> list[Change]:
    """The changes that carry out a yes to these, which are one person's, on one place, of one kind and account.

    Raises `Refused` when the account that was shown is no longer theirs, and when a record cannot be joined any longer.
    """
    first = some[0]
    person, place, now = first.person, first.place, engine.clock()
    keys = [layout.hold(person, place, one.what) for one in some]
    gone: list[Change] = [Delete(key, rows[key].version) for key in keys]
    match first.answer:
        case Answer.JOIN:
            if settled(rows):
                raise Refused(f"{first.hr_id} has an account by now; join them by hand, and say which one is let go")
            return [*gone, *joined(engine, person, rows, first.account, by)]
        case Answer.LEAVE:
            return [*gone, _leaves(first, rows, by), engine.marked(Hop.MAP, person, cohort)]
        case Answer.EXTEND:
            stay = [stays(engine, one, rows[key].data, by) for one, key in zip(some, keys, strict=True)]
            return [*gone, *stay, engine.marked(Hop.MAP, person, cohort)]
        case Answer.RELEASE:
            until = now + timedelta(hours=engine.policy.approvals.expire)
            leave = [_release(first, until, by), _leave(engine, first, {str(Verb.ENABLE): now}, rows)]
        case Answer.RECREATE:
            leave = [_forgiven(first, rows), _leave(engine, replace(first, account=""), {str(Verb.RESTORE): now}, rows)]
        case _:
            leave = [_leave(engine, first, starts(engine, some), rows)]
    due = min(starts(engine, some).values(), default=now).isoformat()
    return [*gone, *leave, engine.marked(Hop.PROVISION, person, cohort, place, attempts=0, due=due)]


def starts(engine: Engine, some: Sequence[Held]) -> dict[str, datetime]:
    """When what is permitted may begin: people are renamed at the hour that the policy names."""
    now = engine.clock()
    whats = [one.what for one in some if one.approvable]
    return {what: max(now, engine.earliest(some[0].place, what)) for what in whats}


def _leave(engine: Engine, held: Held, begins: Mapping[str, datetime], rows: Mapping[str, Row]) -> Change:
    """The permit with these added, under the version that was read: of two yeses at once neither is lost."""
    key = layout.permit(held.person, held.place)
    lasts = timedelta(hours=engine.policy.approvals.expire)
    row = rows.get(key)
    given = permit(key, row, held.version, begins, engine.clock(), held.account, lasts)
    return Replace(key, given.data, row.version) if row else Insert(key, given.data)


def _release(held: Held, until: datetime, by: str) -> Put:
    """Leave to enable an account that somebody else disabled, once."""
    data = codec.plain(version=held.version, account=held.account, until=until.isoformat(), by=by)
    return Put(layout.release(held.person, held.place), data)


def releases(row: Row | None, version: int, account: str, now: datetime) -> bool:
    """Whether the row lets this account be enabled."""
    if row is None or not codec.readable(row.data):
        return False
    fits = (row.data["version"], row.data["account"]) == (version, account)
    return fits and now < codec.moment(row.data["until"])


def _forgiven(held: Held, rows: Mapping[str, Row]) -> Change:
    """The link as if we had deleted the account ourselves: it is brought back from the target's bin, and made anew,
    under the same names, where it is gone for good.
    """
    row = rows.get(layout.link(held.person, held.place))
    link = codec.LINK.load(row.data) if row else Link()
    if row is None or link.deleted or link.account != held.account:
        raise Refused(f"the account of {held.hr_id} on {held.place} has changed since it was shown; look again")
    return Replace(row.key, codec.LINK.dump(replace(link, deleted=True, enabled=False)), row.version)


def _leaves(held: Held, rows: Mapping[str, Row], by: str) -> Put:
    """Somebody counts as a leaver for as long as HR misses them since the same day."""
    person = codec.PERSON.load(rows[layout.person(held.person)].data)
    since = person.missing_since.isoformat() if person.missing_since else ""
    return Put(layout.leaves(held.person), codec.plain(missing_since=since, by=by))


def as_decided(rules: SourcePolicy, person: Person, row: Row | None) -> SourcePolicy:
    """The source's rules for somebody of whom a person may have said that they left."""
    since = person.missing_since
    if row is None or since is None or not codec.readable(row.data) or row.data["missing_since"] != since.isoformat():
        return rules
    return rules.model_copy(update={"leave_when_missing_for": 0})
