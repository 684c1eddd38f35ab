"""Who somebody is, for people to recognise: the id HR uses and the name of the account."""

from dataclasses import dataclass

from shared import codec, layout
from shared.engine.parts import Engine


@dataclass(frozen=True, order=True, slots=True)
class Name:
    """`account` is "" for somebody without one."""

    hr_id: str
    account: str


async def name_of(engine: Engine, person: str, target: str) -> Name:
    """An account that follows another is called as that one is, and so is a record that its names are written into."""
    rows, rules = await engine.rows_of(person), engine.policy.targets.get(target)
    target = (rules.follows or next(iter(sorted(rules.reads)), "") if rules else "") or target
    row, found = rows.get(layout.person(person)), rows.get(layout.link(person, target))
    hr_id = codec.PERSON.load(row.data).hr_id if row else person
    if found is None:
        return Name(hr_id, "")
    link = codec.LINK.load(found.data)
    secret = engine.policy.sensitive(target)
    known = {name: value for name, value in {**link.written, **link.identifiers}.items() if name not in secret}
    return Name(hr_id, str(known.get("userPrincipalName") or known.get("displayName") or ""))


async def holder_of(engine: Engine, target: str, account: str) -> Name | None:
    """Whose account it is; None where it is nobody's we know."""
    claim = await engine.store.get(layout.ACCOUNTS, f"{target}|{layout.bucket(account)}", account)
    return await name_of(engine, str(codec.known(claim.data)["owner"]), target) if claim else None
