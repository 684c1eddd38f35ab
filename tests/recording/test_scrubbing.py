"""Stand-ins: of the same shape, stable, different for different values, and never the value itself."""

import json
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.scrubbed_answers import OWN, Scrub
from shared.scrubbing import Stand

KEY = b"the key of these tests"
KEPT = frozenset({"status", "total", "meta.count", "next", "Soort"})
TEXTS = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)


@pytest.fixture
def stand() -> Stand:
    return Stand(KEY)


@pytest.fixture
def scrub(stand: Stand) -> Scrub:
    return Scrub(stand, KEPT)


def shape(text: str) -> list[str]:
    return ["9" if one.isdecimal() else "x" if one.isalnum() else one for one in text]


@given(TEXTS)
def test_a_stand_in_has_the_shape_of_its_value_and_is_always_the_same(text: str) -> None:
    stand = Stand(KEY)
    made = stand.text(text)
    assert shape(made) == shape(text)
    assert stand.text(text) == made == stand.known(text)


@given(st.lists(st.text("0123456789", min_size=3, max_size=4), unique=True, max_size=200))
def test_different_values_stay_different(values: list[str]) -> None:
    stand = Stand(KEY)
    assert len({stand.text(value) for value in values}) == len(values)


@given(st.text("abcdefghijklmnopqrstuvwxyz 0123456789", min_size=6).filter(lambda text: text.strip("0 ")))
def test_a_value_is_never_its_own_stand_in(text: str) -> None:
    assert Stand(KEY).text(text) != text


@given(st.integers(1, 10**12))
def test_an_id_is_the_same_as_number_and_as_text(number: int) -> None:
    stand = Stand(KEY)
    assert str(stand.number(number)) == stand.text(str(number))


@pytest.mark.parametrize("number", [0, -7, 38.5, 1e300, 0.0])
def test_a_number_stays_a_number_of_its_kind(number: float, stand: Stand) -> None:
    assert type(stand.number(number)) is type(number)
    assert (stand.number(number) < 0) == (number < 0)


def test_another_recording_has_other_stand_ins(stand: Stand) -> None:
    assert Stand(b"another key").text("Annelies Bakker") != stand.text("Annelies Bakker")


@given(st.dates(date(1960, 1, 1), date(2100, 1, 1)), st.sampled_from(["", "T08:15:30Z", " 00:00:00+01:00"]))
def test_every_date_is_moved_by_as_many_whole_weeks(day: date, rest: str) -> None:
    stand = Stand(KEY)
    assert stand.shift % timedelta(weeks=1) == timedelta()
    assert abs(stand.shift) >= timedelta(weeks=8)
    after = day + stand.shift
    assert stand.text(f"{day}{rest}") == f"{after}{rest}"
    assert stand.text(f"{day:%d-%m-%Y}") == f"{after:%d-%m-%Y}"


@pytest.mark.parametrize("never", ["9999-12-31", "1900-01-01", "31-12-9999"])
def test_a_date_that_means_never_stays(never: str, stand: Stand) -> None:
    assert stand.text(never) == never


def test_what_is_no_day_of_the_calendar_is_replaced_like_other_text(stand: Stand) -> None:
    assert stand.text("2026-02-31") != "2026-02-31"


def test_of_json_only_names_and_what_is_kept_stay(scrub: Scrub) -> None:
    said = {
        "status": "ACTIVE",
        "name": "Annelies",
        "total": 2,
        "meta": {"count": 7},
        "count": 77,
        "is": True,
        "no": None,
    }
    made = json.loads(scrub.body(json.dumps(said).encode(), "application/json") or "")
    assert made.keys() == said.keys()
    assert {key: made[key] for key in ("status", "total", "meta", "is", "no")} == {
        key: said[key] for key in ("status", "total", "meta", "is", "no")
    }
    assert "Annelies" not in str(made)
    assert made["count"] != 77


LEAVES = st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | TEXTS
TREES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner), max_leaves=20)


def leaves(tree: Any) -> list[Any]:
    inner = list(tree.values()) if isinstance(tree, dict) else tree if isinstance(tree, list) else None
    return [tree] if inner is None else [leaf for one in inner for leaf in leaves(one)]


@given(TREES)
def test_whatever_json_comes_the_same_kinds_of_value_stand_where_they_stood(tree: Any) -> None:
    made = json.loads(Scrub(Stand(KEY), frozenset()).body(json.dumps(tree).encode(), "application/json") or "")
    assert list(map(type, leaves(made))) == list(map(type, leaves(tree)))
    told = json.dumps(made, ensure_ascii=False)
    words = [leaf for leaf in leaves(tree) if isinstance(leaf, str) and len(leaf) > 6 and leaf.isalpha()]
    assert not [word for word in words if word in told]


def test_what_is_no_json_after_all_is_left_out(scrub: Scrub) -> None:
    assert scrub.body(b'{"hours": NaN}', "application/json") is None


def test_a_name_that_is_a_value_is_replaced_too(scrub: Scrub) -> None:
    made = scrub.json({"annelies@example.test": 1, "1000001": {"total": 3}})
    assert "annelies" not in str(made)
    assert "1000001" not in str(made)
    assert {"total": 3} in made.values()


def test_what_is_kept_is_no_long_text(scrub: Scrub) -> None:
    assert "Annelies" not in scrub.json({"status": "Annelies " * 20})["status"]


def test_in_a_link_words_stay_and_ids_and_cursors_are_replaced(scrub: Scrub, stand: Stand) -> None:
    link = scrub.json({"next": "https://12345.vendor.test/v2/people/1000001/jobs?cursor=cur_abc&limit=50"})["next"]
    assert link == f"{OWN}/v2/people/{stand.text('1000001')}/jobs?cursor={stand.text('cur_abc')}&limit=50"
    assert scrub.path("/v2/people/1000001/jobs") == f"/v2/people/{stand.text('1000001')}/jobs"
    assert scrub.query("cursor=cur_abc&limit=50") == f"cursor={stand.text('cur_abc')}&limit=50"
    assert scrub.query("id=7,1000001") == f"id=7%2C{stand.text('1000001')}"


def test_a_request_that_follows_an_unkept_link_shows_nothing_of_it(scrub: Scrub, stand: Stand) -> None:
    scrub.json({"more": "https://vendor.test/v2/people?pageToken=2026--M1000024", "id": "M1000099"})
    assert "M1000024" not in scrub.query("pageToken=2026--M1000024")
    assert scrub.query("filter=x-M1000099") == f"filter=x-{stand.text('M1000099')}"


@pytest.mark.parametrize("path", ["/v2/people", "/iam/v1.0/people", "/api/companies/2024"])
def test_what_no_answer_said_stays_in_a_request(path: str, scrub: Scrub) -> None:
    scrub.json({"code": "1", "other": 0, "more": "https://vendor.test/iam/v1.0/people/7"})
    assert scrub.path(path) == path


def test_a_link_that_nobody_called_one_is_text_like_any_other(scrub: Scrub) -> None:
    assert "vendor" not in scrub.json({"picture": "https://vendor.test/annelies.jpg"})["picture"]


def test_of_a_table_the_first_line_and_kept_columns_stay(scrub: Scrub, stand: Stand) -> None:
    made = scrub.body(b"\xef\xbb\xbfNr;Naam;Soort\r\n007;Annelies;vast\r\n", "text/csv; charset=utf-8")
    assert made == f"Nr;Naam;Soort\r\n{stand.text('007')};{stand.text('Annelies')};vast\r\n"


def test_of_xml_elements_stay_and_what_stands_in_them_does_not(scrub: Scrub, stand: Stand) -> None:
    given = b'<?xml version="1.0"?><a xmlns="urn:x"><Naam soort="7">Annelies</Naam><status>ACTIVE</status>tail</a>'
    made = scrub.body(given, "text/xml") or ""
    assert stand.text("Annelies") in made
    assert "ACTIVE" in made
    assert not [value for value in ("Annelies", "tail", '"7"') if value in made]


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"<html>Annelies</html>", "text/html"),
        (b"Annelies", "text/plain"),
        (b"\xff\xfe", "text/csv"),
        (b"<a>Annelies", "text/xml"),
        (b'<!DOCTYPE a [<!ENTITY b "Annelies">]><a>&b;</a>', "text/xml"),
    ],
)
def test_a_form_that_is_not_known_is_left_out(content: bytes, kind: str, scrub: Scrub) -> None:
    assert scrub.body(content, kind) is None
