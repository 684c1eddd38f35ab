"""A day's digest tells what waits, what ends and what stands still; it is worth a mail when it is new or presses."""

from datetime import UTC, date, datetime, timedelta
from html.parser import HTMLParser

import pytest

from shared.digest import Digest, Ending, Gathered, Wait, digest, due
from shared.digest_page import MOST, html, letter, text
from shared.holds import Held, Said

NOW = datetime(2026, 3, 2, 5, tzinfo=UTC)
TODAY = NOW.date()


def held(hr_id: str = "007", reason: str = "limit", what: str = "disable", **more: object) -> Held:
    given = {"person": f"p{hr_id}", "place": "entra", "because": "Jan de Vries is over the limit", "version": 1}
    return Held(hr_id=hr_id, reason=reason, what=what, **{**given, **more})


def wait(late: bool = False, roles: tuple[str, ...] = (), **one: object) -> Wait:
    return Wait(held=held(**one), overdue=late, roles=roles)


def of(**given: object) -> Digest:
    return digest("Contoso", NOW, TODAY, Gathered(**given))


def lines(one: Digest) -> list[str]:
    return [line for line in text(one).splitlines() if line.startswith("- ")]


def test_nothing_to_tell_is_no_digest_and_no_mail() -> None:
    assert of().parts == ()
    assert not due(of(), "")


def test_what_waits_for_the_same_reason_is_one_line_with_who_is_asked_and_whom_it_is_about() -> None:
    one = of(waits=[wait(hr_id="1", roles=("hr", "manager")), wait(hr_id="2", roles=("hr", "manager"))])
    assert lines(one) == [
        "- limit: disable on entra, asks hr or manager. More of this would happen than the policy allows at once; "
        "check who it is, then approve: 1, 2"
    ]


def test_what_is_overdue_comes_first_and_presses() -> None:
    one = of(waits=[wait(reason="adoption", what="correlate"), wait(late=True), wait(hr_id="8")])
    assert [line.split(".")[0] for line in lines(one)] == [
        "- limit: disable on entra, 1 overdue",
        "- adoption: correlate on entra",
    ]
    assert one.pressing
    assert not of(waits=[wait()]).pressing


def test_a_source_is_silent_after_a_day_without_an_answer_that_is_believed() -> None:
    at = NOW - timedelta(days=1)
    assert lines(of(sources=[("hr", at), ("other", at + timedelta(minutes=1))])) == [
        "- hr has given no answer that is believed since 2026-03-01 05:00 UTC"
    ]


def test_what_stands_still_is_said_with_why() -> None:
    one = of(
        stopped=["", "entra"], tripped=[("exchange", "the app may not do this")], consents=["hr: nobody has consented"]
    )
    assert lines(one) == [
        "- Nothing is written to any target: somebody stopped it",
        "- Nothing is written to entra: somebody stopped it",
        "- Nothing is written to exchange: the app may not do this",
        "- hr: nobody has consented",
    ]
    assert one.pressing


@pytest.mark.parametrize(("until", "when"), [(TODAY, "today"), (TODAY + timedelta(days=1), "on 2026-03-03")])
def test_what_was_put_off_is_told_when_it_comes_back(until: date, when: str) -> None:
    one = of(woken=[held(snoozed=Said("anna", NOW, "", until))])
    assert lines(one) == [f"- What was put off is asked again {when}: limit, disable on entra: 007"]


def test_exceptions_that_end_soon_are_told_with_their_last_day() -> None:
    one = of(endings=[Ending(hr_id="7", what="grant group:Finance on entra", last=date(2026, 3, 9))])
    assert lines(one) == ["- An exception ends after 2026-03-09: grant group:Finance on entra: 7"]


def test_the_same_things_are_told_once_and_again_when_one_is_new_or_presses() -> None:
    first = of(waits=[wait(hr_id="1")])
    assert due(first, "")
    assert not due(of(waits=[wait(hr_id="1")]), first.name)
    assert due(of(waits=[wait(hr_id="1"), wait(hr_id="2")]), first.name)
    assert due(of(waits=[wait(hr_id="1", late=True)]), first.name)
    assert of(waits=[wait(hr_id="1", late=True)]).name == first.name


def test_only_so_many_people_are_named_and_the_others_counted() -> None:
    [line] = lines(of(waits=[wait(hr_id=f"{number:04d}") for number in range(MOST + 3)]))
    assert line.endswith(f"{MOST - 1:04d} and 3 more")


class Read(HTMLParser):
    """The text and the tags of a page."""

    def __init__(self) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.said: list[str] = []

    def handle_starttag(self, tag: str, attrs: object) -> None:
        self.tags.add(tag)

    def handle_data(self, data: str) -> None:
        self.said.append(data)


NASTY = "7<script>alert(1)</script>\r\nBcc: x@y.nl\u202e"


def test_nothing_in_it_is_ever_markup_a_header_or_a_second_line() -> None:
    given = of(
        waits=[wait(hr_id=NASTY, reason="<b>limit", what="<img src=x>", roles=("<i>",))],
        tripped=[("entra", "<a href='x'>why</a>")],
        endings=[Ending(hr_id=NASTY, what="<b>", last=TODAY)],
    )
    one = letter(Digest(customer="<Con>\r\nBcc: x@y.nl", day=given.day, parts=given.parts))
    page = Read()
    page.feed(one.html)
    assert page.tags == {"html", "body", "h1", "h2", "ul", "li", "strong", "p"}
    assert "7<script>alert(1)</script> Bcc: x@y.nl" in "".join(page.said)
    assert "\n" not in one.subject
    assert "\u202e" not in one.text + one.html + one.subject


def test_both_forms_say_the_same() -> None:
    one = of(waits=[wait(late=True), wait(reason="adoption", what="correlate")], tripped=[("entra", "no consent")])
    page = Read()
    page.feed(html(one))
    for line in lines(one):
        assert line.removeprefix("- ") in page.said


def test_no_sentence_of_a_hold_is_mailed_because_it_may_hold_a_value() -> None:
    one = letter(of(waits=[wait()], woken=[held(snoozed=Said("anna", NOW, "she is on leave", TODAY))]))
    assert "Jan" not in one.text + one.html
    assert "leave" not in one.text + one.html
