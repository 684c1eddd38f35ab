"""What a person says of somebody's account, record, end or data on a deployment: saved, rung for, and done there."""

from datetime import date, timedelta

from deployed_world import World, joinly
from test_commands import EVA, LATER, SASKIA, marked, own, rows_of
from test_policy_commands import activate, pushed

from shared import codec, layout
from shared.layout import Hop
from shared.model import Contract, Person

WHY = ("--because", "CHG-1")
GONE = "000999"
SOON = date.today() + timedelta(days=5)  # noqa: DTZ011 - some day to come


def activated(world: World, old: str, new: str) -> None:
    """Another policy of this deployment."""
    said = activate(world, pushed(world, old, new), "--yes", "100", "--unseen")
    assert said.code == 0, said.err


def known(world: World, source: str, person: Person) -> None:
    """A record that was read before."""
    id = layout.own_id(source, person.hr_id)
    world.put(layout.STATE, layout.bucket(id), layout.person(id), {**codec.PERSON.dump(person), "source": source})


def test_an_account_is_said_to_be_somebodys_and_the_deployment_brings_it_in_line(world: World) -> None:
    tenant = world.outside.tenant.tenant
    other = tenant.add_user(displayName="S. de Graaf", userPrincipalName="sdg@contoso.nl", accountEnabled=True)
    writes = tenant.writes
    said = joinly("link", "join", world.env, "--person", SASKIA, "--account", other, *WHY)
    assert (said.code, said.err) == (0, "")
    assert "The deployment carries it out now" in said.out
    assert (marked(world, SASKIA), world.rung != []) == ({"dependents", "provision"}, True)
    (link,) = [row for row in world.rows(layout.STATE) if row.key == layout.link(own(SASKIA), "entra")]
    assert codec.LINK.load(link.data).account == other
    assert tenant.writes == writes


def test_two_records_are_said_to_be_one_human_and_not_to_be_after_all(world: World) -> None:
    activated(world, "\ntargets:", "\npeople: {same: []}\n\ntargets:")
    refused = joinly("records", "join", world.env, "--person", SASKIA, "--with", EVA, *WHY)
    assert (refused.code, "say which one is let go" in refused.err) == (1, True), refused.err
    said = joinly("records", "join", world.env, "--person", SASKIA, "--with", EVA, "--let-go", *WHY)
    assert (said.code, "The deployment carries it out now" in said.out) == (0, True), said.err
    assert joinly("records", "list", world.env, "--json").json["records"] != []
    parted = joinly("records", "part", world.env, "--person", SASKIA, *WHY)
    assert (parted.code, "The deployment carries it out now" in parted.out) == (0, True), parted.err
    assert joinly("records", "list", world.env, "--json").json["records"] == []


GUESTS = """sources:
  guests:
    connector: files
    external: {sponsor: manager, sponsors_in: hr, at_most: 365}
    settings:
      {path: guests.csv, encoding: utf-8, delimiter: ";", key: Id, date_formats: [yyyy-mm-dd],
       person: {surname: Name}, contract: {start: Start, end: End, manager: Sponsor}}
"""


def test_somebody_who_is_not_in_hr_may_stay_until_a_day(world: World) -> None:
    (world.folder / "guests.csv").write_text(f"Id;Name;Start;End;Sponsor\nX-1;Stay;2026-01-01;{SOON};{EVA}\n", "utf-8")
    activated(world, "sources:\n", GUESTS)
    work = Contract(id="1", start=date(2026, 1, 1), end=SOON, fields={"manager": EVA})
    known(world, "guests", Person(hr_id="X-1", fields={"surname": "Stay"}, contracts=(work,)))
    said = joinly("extend", world.env, "--person", "X-1", "--until", LATER, *WHY)
    assert (said.code, "The deployment carries it out now" in said.out) == (0, True), said.err
    mark = layout.mark(Hop.MAP, layout.own_id("guests", "X-1"))
    assert mark in {row.key for row in world.rows(layout.STATE)}
    assert any("CHG-1" in str(line) for line in world.ledger("extend"))


def test_what_is_kept_of_who_has_gone_is_erased_and_of_who_has_not_it_is_not(world: World) -> None:
    refused = joinly("person", "erase", world.env, "--person", SASKIA, *WHY)
    assert (refused.code, "person" in rows_of(world, SASKIA)) == (1, True)
    gone = Person(hr_id=GONE, fields={"surname": "Canary"}, missing_since=date(2026, 1, 1))
    known(world, "hr", gone)
    said = joinly("person", "erase", world.env, "--person", GONE, *WHY)
    assert (said.code, said.err) == (0, "")
    assert rows_of(world, GONE) == set()
