"""What is written into HR's own records, and that nothing else ever can be, whatever is wanted and found there."""

from datetime import UTC, date, datetime

from core_world import SOURCE, VALUES, contract, person
from hypothesis import given
from hypothesis import strategies as st

from shared.awaiting import awaits
from shared.calendar import Someone, coming
from shared.desired import view
from shared.exceptions import Block, with_block
from shared.model import Account, Desired, Entitlement, Link, Stage, Verb
from shared.planning import CORRECTING, Kinds, plan
from shared.policy import Policy
from shared.writeback import NOTHING, corrected, differs, with_names, without_echo

TODAY = date(2026, 3, 2)
POLICY = Policy.model_validate(
    {
        "customer": "small",
        "sources": {"hr": {"connector": "hr"}},
        "targets": {
            "entra": {
                "connector": "entra",
                "correlate": ["employeeId"],
                "attributes": {"employeeId": "[employeeId]", "mail": "[x]", "userPrincipalName": "[x]"},
            },
            "back": {
                "connector": "hr",
                "writes_back": "hr",
                "attributes": {"email": "[entra.mail]", "login": "ToUpper([entra.userPrincipalName], )"},
            },
        },
    }
)
SEEN = view(person(contract("2020-01-01"), givenName="An"), SOURCE, POLICY, TODAY, seed="")
THERE = Link(
    account="a", identifiers={"userPrincipalName": "an@x"}, written={"userPrincipalName": "old", "mail": "m@x"}
)

some_names = st.dictionaries(st.sampled_from(["email", "login", "other"]), VALUES, max_size=3)
links = st.builds(
    Link,
    account=st.sampled_from(["", "7", "8"]),
    enabled=st.booleans(),
    deleted=st.booleans(),
    written=some_names,
    granted=st.frozensets(st.just(Entitlement("group", "a"))),
    disabling=st.booleans(),
    deleting=st.booleans(),
)
records = st.none() | st.builds(
    Account,
    id=st.just("7"),
    enabled=st.booleans(),
    attributes=some_names,
    entitlements=st.frozensets(st.sampled_from([Entitlement("group", "a"), Entitlement("group", "b")])),
)
wanted = st.builds(
    Desired,
    stage=st.sampled_from(Stage),
    attributes=some_names,
    changing=some_names,
    lacking=some_names,
    initial=some_names,
    entitlements=st.frozensets(st.just(Entitlement("group", "b"))),
    only=st.none() | st.frozensets(st.sampled_from(Verb)),
    follows=st.sampled_from(["", "7"]),
    corrects=st.just(True),
)
BLOCKED = Block(by="somebody", because="", at=datetime(2026, 3, 2, tzinfo=UTC), strip=True)


@given(wanted, links, records)
def test_a_record_is_corrected_and_nothing_else(desired: Desired, link: Link, live: Account | None) -> None:
    for one in (desired, with_block(desired, BLOCKED)):
        actions = plan(one, link, live, {})
        assert {action.verb for action in actions} <= CORRECTING
        assert live is not None or not actions
        assert one.stage >= Stage.READY or not actions
        assert not awaits(one)


def test_names_are_those_that_were_issued_and_whatever_else_was_written() -> None:
    seen = with_names(SEEN, POLICY.targets["back"], {"entra": THERE})
    assert seen is not None
    assert {name: value for name, value in seen.facts.items() if "." in name} == {
        "entra.mail": "m@x",
        "entra.userPrincipalName": "an@x",
    }


def test_only_what_is_read_is_known() -> None:
    assert POLICY.targets["back"].reads == {"entra": {"mail", "userPrincipalName"}}
    assert POLICY.targets["entra"].reads == {}
    assert (POLICY.written_back("entra"), POLICY.written_back("back")) == ({"mail", "userPrincipalName"}, frozenset())
    assert POLICY.records == {"back"}


def test_while_there_is_no_account_or_no_record_nothing_is_wanted() -> None:
    gone = Link(account="a", deleted=True, identifiers=THERE.identifiers)
    issued = Link(identifiers=THERE.identifiers)
    for link, record in ((gone, "7"), (issued, "7"), (Link(), "7"), (THERE, "")):
        assert corrected(SEEN, "back", POLICY, {"entra": link}, record) == NOTHING


def test_a_record_is_known_by_its_number() -> None:
    found = corrected(SEEN, "back", POLICY, {"entra": THERE}, "7")
    assert found is not None
    assert (found.follows, found.corrects, found.keys) == ("7", True, {})
    assert found.attributes == {"email": "m@x", "login": "AN@X"}


def test_a_name_that_is_not_known_is_not_wanted() -> None:
    found = corrected(SEEN, "back", POLICY, {"entra": Link(account="a", identifiers=THERE.identifiers)}, "7")
    assert found is not None
    assert found.attributes == {"login": "AN@X"}


def test_hr_says_something_else_only_of_what_is_to_stand_there() -> None:
    desired = Desired(
        stage=Stage.ACTIVE, attributes={"email": "a"}, changing={"login": "b"}, follows="7", corrects=True
    )
    assert differs(desired, {"email": "x"})
    assert differs(desired, {"email": None})
    assert not differs(desired, {"email": "a", "login": "x"})
    assert not differs(desired, {})


def test_the_days_to_come_bring_nothing_to_a_record_but_what_is_to_stand_there() -> None:
    leaver = person(contract("2020-01-01", "2026-03-10"), givenName="An", x="an@x")
    someone = Someone(
        id="p",
        person=leaver,
        rules=SOURCE,
        links={"entra": THERE, "back": Link(account="7", enabled=True)},
        wanted={"back": Desired(stage=Stage.ACTIVE, follows="7", corrects=True)},
    )
    kinds: dict[str, Kinds] = {"entra": {}, "back": {}}
    found = list(coming(someone, POLICY, kinds, lambda seen: None, TODAY, date(2026, 4, 1)))
    assert {one.target for one in found} <= {"entra"}


def test_an_echo_is_as_if_nothing_was_said() -> None:
    before, now = person(email=None, room="1"), person(email="a", room="2")
    assert without_echo(before, now, ["a"]) == person(email=None, room="2")
    assert without_echo(before, now, ["b", None]) == now
    assert without_echo(person(room="1"), now, ["a"]) == now, "a field HR never spoke of is news about the field"
