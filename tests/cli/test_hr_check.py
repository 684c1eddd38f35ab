"""`joinly hr check`: what is wrong in HR as people, programs, spreadsheets and browsers read it."""

import csv
import io
import json
import re
from datetime import date
from html.parser import HTMLParser
from pathlib import Path

import pytest
from cli_world import DAY, Place, Said, joinly, small_place

from connectors.personio import MANIFEST, Settings
from shared.cli.hr_html import document
from shared.cli.hr_page import Line, report_csv
from shared.quality.findings import Finding, Kind, Severity

COLUMNS = ("Mail", "Geboren", "Veld12")
SECRETS = ("p3@contoso.nl", "2026-02-30", "Verkop", "Quinten", "111222333")


def damaged(folder: Path) -> Place:
    """The example's first people, with something wrong in the rows of some of them."""
    place = small_place(folder, 40)
    rows = list(csv.reader(io.StringIO(place.people.read_text(encoding="utf-8-sig")), delimiter=";"))
    head = {name: at for at, name in enumerate(rows[0])}
    rows[0] += COLUMNS
    for number, row in enumerate(rows[1:]):
        row += [f"p{number}@contoso.nl", "1980-01-02", ""]
    rows[20][-3] = "p3@contoso.nl"
    rows[21][head["Achternaam"]] = "-"
    rows[22][head["Achternaam"]] = "X" * 80
    rows[23][head["Afdeling"]] = "Verkop"
    rows[24][head["Leidinggevende"]] = "999999"
    rows[27][-2] = "2026-02-30"
    rows[28][-1] = "BSN 111222333"
    rows[29][head["Medewerker"]] = "<b>1</b>"
    rows[29][-2] = "2026-02-31"
    with place.people.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file, delimiter=";").writerows(rows)
    named = "        givenName: Voornaam\n"
    place.alter(named, f"{named}        email: Mail\n        birthDate: Geboren\n        remark: Veld12\n")
    place.alter("surname: {column: Achternaam, required: true}", "surname: Achternaam")
    place.alter('      employeeId: "[employeeId]"\n', '      employeeId: "[employeeId]"\n      city: "[email]"\n')
    return place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return damaged(tmp_path / "config")


def check(place: Place, *words: object) -> Said:
    return joinly("hr", "check", place.policy, "--data", place.data, "--on", DAY, *words)


def test_the_report_says_whom_it_concerns_and_what_to_do_and_no_value(place: Place) -> None:
    said = check(place)
    assert (said.code, said.err) == (0, "")
    assert re.search(r"^\d+ findings · \d+ people of hr read · \d+ people wait until it is corrected · ", said.out)
    for line in (
        "People without a surname (1)  waits until it is corrected",
        "000121  surname is empty, or holds no letter",
        "000122  on entra, surname has 80 characters, and 64 is the most",
        "000120  somebody else in HR has the same email · also 000104",
        "000127  birthDate is no day of any calendar",
        "000124  manager names an id that HR does not hold · also 999999",
        "(all)  remark holds BSN once, which is never kept",
    ):
        assert " ".join(line.split()) in " ".join(said.out.split())
    assert not [secret for secret in SECRETS if secret in said.out]


def test_values_are_shown_to_whoever_asks_but_never_those_that_may_not_be_kept(place: Place) -> None:
    said = check(place, "--values")
    assert "birthDate=2026-02-30" in said.out
    assert "email=p3@contoso.nl" in said.out
    assert "111222333" not in said.out


def test_programs_get_one_object(place: Place) -> None:
    found = check(place, "--json").json
    assert found["day"] == DAY
    assert found["people"]["hr"] > 30
    (one,) = [each for each in found["findings"] if each["kind"] == "missing_surname"]
    assert one == {
        "severity": "holds",
        "kind": "missing_surname",
        "source": "hr",
        "id": "000121",
        "contract": "",
        "facts": ["surname"],
        "what": "surname is empty, or holds no letter",
        "do": "fill it in",
        "others": [],
        "link": "",
    }


def test_nothing_is_written_by_looking(place: Place) -> None:
    check(place)
    assert not (place.data / "state.db").exists()


def test_who_waits_after_a_run_waits_for_what_the_report_says(place: Place) -> None:
    ran = place.run("--json")
    waiting = {(one["person"], one["reason"]) for one in ran.json["held"]}
    listed = joinly("holds", "list", place.policy, "--data", place.data, "--all").out
    found = [one for one in check(place, "--json").json["findings"] if one["severity"] == "holds"]
    reported = {one["id"] for one in found}
    of_hr = {person for person, reason in waiting if reason in ("invalid_record", "missing_data", "duplicate_value")}
    assert of_hr == reported - {one["id"] for one in found if one["kind"] == "does_not_fit"}
    assert ("000122", "invalid_value") in waiting
    for one in found:
        assert one["what"].removeprefix("on entra, ") in " ".join(listed.split())


def test_the_spreadsheet_holds_everything_and_no_formula(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "report.csv"
    assert check(place, "--csv", file).code == 0
    text = file.read_text(encoding="utf-8")
    assert text.startswith("\ufeffseverity,kind,source,id,")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert len(rows) == len(check(place, "--json").json["findings"])
    assert file.stat().st_mode & 0o077 == 0, "it is for whoever wrote it alone"
    assert not [secret for secret in SECRETS if secret in text]


@pytest.mark.parametrize("start", ["=1+1", "+1", "-1", "@SUM(1)", " =1", "\t=1", "＝1"])
def test_what_a_spreadsheet_would_take_for_a_formula_is_text(start: str) -> None:
    odd = Finding(kind=Kind.SHARED, severity=Severity.LOOK, source="hr", hr_id=start, what=start, do=start)
    (row,) = csv.DictReader(io.StringIO(report_csv([Line(odd, "", {"x": start})], values=True)))
    assert row["id"].startswith(("'", "\\"))
    assert row["what"].startswith(("'", "\\"))
    assert row["do"].startswith(("'", "\\"))


class Page(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.links: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [str(value) for name, value in attrs if name in ("href", "src")]


def page(text: str) -> Page:
    found = Page()
    found.feed(text)
    return found


def test_the_page_for_a_browser_is_one_file_that_loads_nothing(place: Place, tmp_path: Path) -> None:
    file = tmp_path / "report.html"
    assert check(place, "--html", file, "--values").code == 0
    text = file.read_text(encoding="utf-8")
    found = page(text)
    assert not {"script", "img", "link", "iframe", "b"} & set(found.tags)
    assert found.links == []
    assert "&lt;b&gt;1&lt;/b&gt;" in text
    assert "default-src &#x27;none&#x27;" in text or "default-src 'none'" in text
    assert "@media print" in text


@pytest.mark.parametrize(
    ("link", "followed"),
    [
        ("https://contoso.personio.de/staff/details/7", True),
        ("javascript:alert(1)", False),
        ("http://contoso.nl/7", False),
        ("", False),
    ],
)
def test_only_a_safe_link_is_one(link: str, followed: bool) -> None:
    odd = Finding(
        kind=Kind.SHARED,
        severity=Severity.LOOK,
        source="<hr>",
        hr_id="'\"><script>",
        what="<i>",
        do="&",
        others=("<u>",),
    )
    found = page(document("<Contoso>", date(2026, 3, 2), {"hr": 1}, [Line(odd, link, {"<a>": "<p>"})]))
    assert found.links == ([link] if followed else [])
    assert not {"script", "i", "u", "hr"} & set(found.tags)


def test_a_finding_leads_to_the_record_where_the_system_has_a_page_for_it() -> None:
    given = {"api": "v2", "client_id": "secret:a", "client_secret": "secret:b"}
    assert MANIFEST.link is not None
    assert MANIFEST.link(Settings.model_validate(given), "7") is None
    led = Settings.model_validate({**given, "pages": "https://contoso.personio.de/"})
    assert MANIFEST.link(led, "7/../x") == "https://contoso.personio.de/staff/details/7%2F..%2Fx"


def test_one_source_can_be_asked_for_and_an_unknown_one_is_named(place: Place) -> None:
    assert check(place, "--source", "hr").code == 0
    said = check(place, "--source", "HR")
    assert (said.code, said.out) == (1, "")
    assert "the policy has no source HR; it has hr; did you mean hr?" in said.err


def test_hr_that_cannot_be_read_is_one_clear_sentence(place: Place) -> None:
    place.people.unlink()
    said = check(place)
    assert said.code == 1
    assert said.err.count("\n") == 1
    assert said.out == ""


def test_a_report_that_cannot_be_written_is_one_clear_sentence(place: Place, tmp_path: Path) -> None:
    said = check(place, "--html", tmp_path / "nowhere" / "report.html")
    assert said.code == 1
    assert "it cannot be written" in said.err


def test_long_lists_are_shortened_until_everybody_is_asked_for(tmp_path: Path) -> None:
    place = small_place(tmp_path / "config", 40)
    place.alter("        givenName: Voornaam\n", "        givenName: Voornaam\n        email: Locatie\n")
    assert "more; --all names everyone" in check(place).out
    assert "more; --all names everyone" not in check(place, "--all").out


def test_nothing_wrong_is_said_in_one_line(tmp_path: Path) -> None:
    place = small_place(tmp_path / "config", 8)
    place.alter("minimum_rows: 10", "minimum_rows: 5")
    said = check(place)
    assert said.out.strip() == "Nothing is wrong in 8 people of hr."
    assert json.loads(check(place, "--json").out)["findings"] == []
