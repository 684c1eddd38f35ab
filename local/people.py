"""The sample HR export: about two hundred invented people of a Dutch company on 23 November 2026, and a week later.

`python -m local.people > config/hr/people.csv`, and with `--next-week` for `config/hr/people-next-week.csv`, prints the
same bytes every time. Nobody in it exists.
"""

import csv
import io
import random
import sys
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

_COLUMNS = (
    "Medewerker;Voornaam;Roepnaam;Voorletters;Tussenvoegsel;Achternaam;Tussenvoegsel partner;Achternaam partner;"
    "Naamgebruik;Contract;In dienst;Uit dienst;Afdeling;Functie;Locatie;Kostenplaats;Leidinggevende;Uren;Soort"
)
HEADER = _COLUMNS.split(";")
TODAY = date(2026, 11, 23)
DUPLICATE, JOINER, VANISHED = "000330", "000401", "000170"
MOVER, LEAVER, MARRIED = "000142", "000153", "000345"

OWN = "Eigen"
_LAST_HEAD = "000110"


@dataclass(frozen=True)
class Name:
    given: str
    nick: str
    prefix: str
    surname: str
    partner_prefix: str = ""
    partner: str = ""
    usage: str = ""


@dataclass(frozen=True)
class Job:
    """One contract; dates as dd-mm-yyyy, and "-" for a manager who is the head of the department."""

    contract: str
    start: str
    end: str
    department: str
    function: str
    manager: str
    hours: str
    kind: str


@dataclass(frozen=True)
class Row:
    """One line of the export."""

    number: str
    name: Name
    job: Job

    def cells(self) -> list[str]:
        name, job = self.name, self.job
        cost, location, head, _ = DEPARTMENTS[job.department]
        initials = "".join(f"{given[0]}." for given in name.given.split())
        called = [self.number, name.given, name.nick, initials, name.prefix, name.surname]
        married = [name.partner_prefix, name.partner, name.usage or OWN]
        dates = [job.contract, job.start, job.end]
        place = [job.department, job.function, location, cost, head if job.manager == "-" else job.manager]
        return [*called, *married, *dates, *place, job.hours, job.kind]


# department: cost centre, location, its head, the functions in it
DEPARTMENTS = {
    "Directie": ("1000", "Utrecht", "000101", ["Bestuurssecretaris"]),
    "Financiën": ("1100", "Utrecht", "000102", ["Administrateur", "Controller", "Medewerker crediteuren"]),
    "Personeel & Organisatie": ("1200", "Utrecht", "000103", ["HR-adviseur", "Salarisadministrateur", "Recruiter"]),
    "ICT": ("1300", "Utrecht", "000104", ["Systeembeheerder", "Ontwikkelaar", "Servicedeskmedewerker"]),
    "Verkoop": ("2000", "Rotterdam", "000105", ["Accountmanager", "Verkoper binnendienst", "Offertespecialist"]),
    "Marketing": ("2100", "Rotterdam", "000106", ["Marketeer", "Tekstschrijver", "Vormgever"]),
    "Klantenservice": ("2200", "Zwolle", "000107", ["Medewerker klantenservice", "Teamleider klantenservice"]),
    "Productie": ("3000", "Eindhoven", "000108", ["Operator", "Procestechnoloog", "Monteur; storingsdienst"]),
    "Logistiek": ("3100", "Eindhoven", "000109", ["Chauffeur", "Planner", 'Magazijnmedewerker "koel"']),
    "Inkoop": ("3200", "Zwolle", "000110", ["Inkoper", "Leveranciersbeheerder"]),
}

# number|given names|called|prefix|surname|partner's prefix|partner's surname|name usage
NAMED = """
000101|Margaretha Johanna|Greet|van den|Boogaard|||
000102|Hendrik Cornelis|Henk||Dijkgraaf|||
000103|Zoë|Zoë|van 't|Hoff|||
000104|Björn|Björn||Ångström|||
000105|Saskia|Saskia|de|Graaf|van der|Meulen|Partner - eigen
000106|Işıl|Işıl||Çağlayan|||
000107|Fatima|Fatima|El|Khattabi|||
000108|Łukasz|Łukasz||Wiśniewski|||
000109|Jan Willem|Jan-Willem|'t|Hart|||
000110|Siobhán|Siobhán||O'Neill|||
000301|Anneke Maria|Anneke|van|Rijn|||
000302|İbrahim|İbrahim||Yıldız|||
000303|Xiaoming|Xiaoming||Zhang|||
000304|Thị Hương|Hương||Nguyễn|||
000305|François|François||D'Aubigny|||
000306|Aleksandra|Ola||Wójcik-Kowalczyk|||
000307|Ludwig|Ludwig||Weiß|||
000308|Daniël|Daan||Šimůnek|||
000309|María José|Marijo|de la|Fuente Ibáñez|||
000310|IJsbrand|IJsbrand||IJzerman|||
000311|Petronella|Nel||Zwart|||
000312|Mei Ling|Mei||Ou-Yang|||
000313|Gürkan|Gürkan||Öztürk|||
000314|Roos|Roos|van de|Wetering|||
000315|Wilhelmina|Willy|ter|Horst|||
000316||||Suhartini|||
000317|Christina Maria Magdalena|Christien|van den|Broek-Oosterhuis tot Lievenrode|||
000318|Karin|Karin|van den|Akker|de|Waal|Eigen - partner
000319|Johanna|Joke||Prins||Hoekstra|Partner
000321|Peter|Peter|de|Vries|||
000322|Petrus|Peter|de|Vries|||
000323|Malika|Malika||Benali|||
000341|Bram|Bram||Kuipers|||
000342|Esther|Esther||Molenaar|||
000343|Sofía|Sofía||Núñez Peña|||
000345|Lotte|Lotte||Jansen|||
"""

# number|contract|first day|last day|department|function|manager ("-": the head of the department)|hours|kind
CONTRACTS = """
000101|1|01-01-2009||Directie|Algemeen directeur||40|vast
000102|1|01-03-2012||Financiën|Hoofd financiën|000101|36|vast
000103|1|15-08-2016||Personeel & Organisatie|Hoofd P&O|000101|36|vast
000104|1|01-05-2018||ICT|Hoofd ICT|000101|40|vast
000105|1|01-09-2011||Verkoop|Hoofd verkoop|000101|32|vast
000106|1|01-02-2020||Marketing|Hoofd marketing|000101|36|vast
000107|1|01-06-2019||Klantenservice|Hoofd klantenservice|000101|36|vast
000108|1|16-11-2015||Productie|Bedrijfsleider|000101|40|vast
000109|1|01-04-2007||Logistiek|Hoofd logistiek|000101|40|vast
000110|1|01-10-2021||Inkoop|Hoofd inkoop|000101|32|vast
000301|1|01-02-2022||Verkoop|Accountmanager|-|20|vast
000301|2|01-09-2024||Marketing|Marketeer|-|16|vast
000302|1|01-07-2022|30-06-2025|Klantenservice|Medewerker klantenservice|-|32|tijdelijk
000302|2|01-07-2025||Inkoop|Inkoper|-|36|vast
000303|1|24-11-2026||ICT|Ontwikkelaar|-|40|vast
000304|1|01-12-2026|30-11-2027|Financiën|Controller|-|36|tijdelijk
000305|1|04-01-2027||Verkoop|Verkoper binnendienst|-|32|vast
000306|1|01-09-2027||Productie|Procestechnoloog|-|38|vast
000307|1|01-01-2017|20-11-2026|Logistiek|Planner|-|40|vast
000308|1|01-05-2019|22-11-2026|ICT|Systeembeheerder|-|36|vast
000309|1|01-08-2020|23-11-2026|Marketing|Tekstschrijver|-|24|vast
000310|1|01-12-2023|30-11-2026|Productie|Operator|-|38|tijdelijk
000311|1|01-11-1999|31-12-2026|Financiën|Administrateur|-|28,8|vast
000312|1|01-03-2014|31-08-2019|Verkoop|Accountmanager|-|36|vast
000313|1|01-01-2021|31-12-2024|Logistiek|Chauffeur|-|40|tijdelijk
000314|1|01-04-2018|31-03-2021|Klantenservice|Medewerker klantenservice|-|24|tijdelijk
000314|2|01-03-2026||Klantenservice|Teamleider klantenservice|-|32|vast
000315|1|01-06-2010|31-12-9999|Inkoop|Leveranciersbeheerder|-|18|vast
000316|1|01-10-2025|30-09-2027|ICT|Ontwikkelaar|-|40|inhuur
000317|1|01-01-2013||Directie|Bestuurssecretaris|-|36|vast
000318|1|01-02-2015||Personeel & Organisatie|HR-adviseur|-|28|vast
000319|1|01-09-2008||Personeel & Organisatie|Salarisadministrateur|-|24|vast
000321|1|01-03-2018||Productie|Operator|-|38|vast
000322|1|01-11-2022||Logistiek|Planner|-|36|vast
000323|1|01-05-2024||Verkoop|Offertespecialist|009999|36|vast
000341|1|01-02-2021||Marketing|Vormgever|000342|36|vast
000342|1|01-02-2021||Marketing|Vormgever|000341|36|vast
000343|1|01-08-2025|31-07-2026|Productie|Operator|-|38|inhuur
000343|2|01-08-2026|31-07-2027|Productie|Operator|-|38|tijdelijk
000345|1|01-06-2021||Klantenservice|Medewerker klantenservice|-|32|vast
"""

_GIVEN = (
    "Anna Bas Carla Dirk Eva Frank Gerda Hugo Inge Joris Karim Lieke Maarten Nora Olaf Paula Quinten Ruud Sanne Thijs "
    "Ursula Vincent Wouter Yara Zeynep Amina Piotr Noémi José Hélène Jürgen Agnieszka Emre Priya Tomáš Anaïs"
)
_SURNAMES = (
    "Bakker|Visser|Smit|Meijer|de Boer|Mulder|de Groot|Bos|Vos|Peters|Hendriks|van Leeuwen|Dekker|Brouwer|de Wit|"
    "Dijkstra|Smits|van der Linden|Kok|Jacobs|van der Heijden|van Vliet|Schouten|van Beek|Willems|van den Heuvel|"
    "van der Veen|Prinsen|van den Berg|Koster|Verhoeven|Kowalska|Nowak|Yılmaz|Demir|Li|Wang|Fernández|Schäfer|Rossi|"
    "Novák|Müller|Horváth|Aydın|Özdemir|Chen|Singh|da Silva|Dupré|Sørensen|in 't Veld|op den Kamp|ten Brink|Van Acker"
)
GIVEN, SURNAMES = _GIVEN.split(), _SURNAMES.split("|")
PREFIXES = {"de", "van", "der", "den", "in", "'t", "op", "ten", "da"}


def rows() -> list[Row]:
    """The export of `TODAY`."""
    return _sorted([*_named(), *_duplicates(), *_others()])


def rows_next_week() -> list[Row]:
    """The export of a week later: one joins, moves, leaves, marries, and one is not in it any more."""
    joiner = Row(
        JOINER,
        Name("Renée", "Renée", "van", "Os"),
        Job("1", "01-12-2026", "", "Inkoop", "Inkoper", "-", "36", "vast"),
    )
    return _sorted([joiner, *(_a_week_later(row) for row in rows() if row.number != VANISHED)])


def _a_week_later(row: Row) -> Row:
    if row.number == MOVER:
        return replace(row, job=replace(row.job, department="ICT", function="Ontwikkelaar"))
    if row.number == LEAVER:
        return replace(row, job=replace(row.job, end="27-11-2026"))
    if row.number == MARRIED:
        return replace(row, name=replace(row.name, partner_prefix="van", partner="Dalen", usage="Partner - eigen"))
    return row


def _sorted(found: list[Row]) -> list[Row]:
    return sorted(found, key=lambda row: (row.number, row.job.contract, row.name.surname))


def export(contracts: list[Row]) -> bytes:
    """As a Dutch spreadsheet saves «CSV UTF-8»: with a byte order mark, semicolons and CRLF."""
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";", lineterminator="\r\n")
    writer.writerow(HEADER)
    writer.writerows(row.cells() for row in contracts)
    return text.getvalue().encode("utf-8-sig")


def _named() -> Iterator[Row]:
    """Everyone who shows something: a name, a date, a chain of managers."""
    names = {number: Name(*cells) for number, *cells in _table(NAMED)}
    for number, *cells in _table(CONTRACTS):
        yield Row(number, names[number], Job(*cells))


def _duplicates() -> Iterator[Row]:
    """Two different people under one number: a mistake of HR, never to be guessed at."""
    sold = Job("1", "01-01-2023", "", "Verkoop", "Accountmanager", "-", "36", "vast")
    made = Job("1", "15-05-2024", "", "Productie", "Operator", "-", "38", "vast")
    yield Row(DUPLICATE, Name("Naomi", "Naomi", "", "Timmer"), sold)
    yield Row(DUPLICATE, Name("Ahmed", "Ahmed", "", "Bouzid"), made)


def staff(count: int) -> list[Row]:
    """`count` people who stay: the heads of the departments and a crowd below them, for as many as a test wants."""
    heads = [row for row in _named() if row.number <= _LAST_HEAD]
    crowd = (replace(row, job=replace(row.job, end="", kind="vast")) for row in _others(count - len(heads)))
    return _sorted([*heads, *crowd])


def _others(count: int = 162) -> Iterator[Row]:
    """The crowd: drawn with a fixed seed, so always the same."""
    draw = random.Random(20261123)  # noqa: S311 - the same people every time is what is wanted
    departments = [name for name in DEPARTMENTS if name != "Directie"]
    taken: set[tuple[str, str]] = set()
    number = int(_LAST_HEAD)
    while number < int(_LAST_HEAD) + count:
        nick, full = draw.choice(GIVEN), draw.choice(SURNAMES)
        if (nick, full) in taken and len(taken) < len(GIVEN) * len(SURNAMES):
            continue  # as long as there are other names, nobody is called like somebody else
        taken.add((nick, full))
        number += 1
        prefix, surname = _split(full)
        given = nick if draw.randrange(3) else f"{nick} {draw.choice(GIVEN)}"
        department = draw.choice(departments)
        function = draw.choice(DEPARTMENTS[department][3])
        hours = draw.choice(["40", "36", "32", "28,8", "24", "20"])
        kind, start, end = _employment(draw)
        job = Job("1", start, end, department, function, "-", hours, kind)
        yield Row(f"{number:06}", Name(given, nick, prefix, surname), job)


def _split(full: str) -> tuple[str, str]:
    """The prefixes of a Dutch surname and the rest; «Van Acker», with a capital, is all surname."""
    *before, last = full.split()
    return (" ".join(before), last) if set(before) <= PREFIXES else ("", full)


def _employment(draw: random.Random) -> tuple[str, str, str]:
    """Kind, first and last day of somebody who works here today."""
    first = date(2005, 1, 1) + timedelta(days=draw.randrange((date(2026, 10, 1) - date(2005, 1, 1)).days))
    kind = ["vast", "vast", "vast", "vast", "tijdelijk", "inhuur"][draw.randrange(6)]
    if kind == "vast":
        return kind, _dutch(first), ""
    recent = max(first, TODAY - timedelta(days=30 + draw.randrange(600)))
    return kind, _dutch(recent), _dutch(TODAY + timedelta(days=45 + draw.randrange(500)))


def _dutch(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _table(text: str) -> list[list[str]]:
    return [line.split("|") for line in text.strip().splitlines()]


def main(arguments: list[str]) -> int:
    """Print one of the two exports; 2 for an argument that is none of ours."""
    exports = {(): rows, ("--next-week",): rows_next_week}
    wanted = exports.get(tuple(arguments))
    if wanted is None:
        sys.stderr.write("usage: python -m local.people [--next-week]\n")
        return 2
    sys.stdout.buffer.write(export(wanted()))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
