"""Forms: what each shows, what vanishes with what, and what is wrong with one that cannot work."""

from dataclasses import replace

import pytest

from shared.names import Form, Parts, Style, Usage, compile_form, mail_name, parts_of, spelling_of
from shared.names.form_parts import pieces

SANNE = Parts(
    nick="Sanne",
    given="Susanna Maria",
    initials="S.M.",
    prefix="van der",
    surname="Meer",
    partner_prefix="op 't",
    partner_surname="Hof",
)
KO = Parts(nick="Ko", given="Jacobus", initials="J.", surname="Bakker", partner_surname="Visser")

TABLE = [
    # form, who, birth, birth–partner, partner, partner–birth
    ("{nick} {family}", SANNE, "Sanne van der Meer", "Sanne van der Meer - op 't Hof", "Sanne op 't Hof",
     "Sanne op 't Hof - van der Meer"),
    ("{nick} {leading}[ – {trailing}]", KO, "Ko Bakker", "Ko Bakker – Visser", "Ko Visser", "Ko Visser – Bakker"),
    ("{leading.name}[ – {trailing}], {nick}[ {leading.prefix}]", SANNE, "Meer, Sanne van der",
     "Meer – op 't Hof, Sanne van der", "Hof, Sanne op 't", "Hof – van der Meer, Sanne op 't"),
    ("{leading.name}[ – {trailing}], {nick}[ {leading.prefix}]", KO, "Bakker, Ko", "Bakker – Visser, Ko", "Visser, Ko",
     "Visser – Bakker, Ko"),
    ("{leading.name}[–{trailing}] {initials} {leading.prefix}[ ({nick})]", SANNE, "Meer S.M. van der (Sanne)",
     "Meer–op 't Hof S.M. van der (Sanne)", "Hof S.M. op 't (Sanne)", "Hof–van der Meer S.M. op 't (Sanne)"),
    ("{leading.name}[–{trailing}] {initials} {leading.prefix}[ ({nick})]", KO, "Bakker J. (Ko)",
     "Bakker–Visser J. (Ko)", "Visser J. (Ko)", "Visser–Bakker J. (Ko)"),
    ("{family}", SANNE, "van der Meer", "van der Meer - op 't Hof", "op 't Hof", "op 't Hof - van der Meer"),
    ("{leading.name}[ – {trailing}][, {leading.prefix}]", SANNE, "Meer, van der", "Meer – op 't Hof, van der",
     "Hof, op 't", "Hof – van der Meer, op 't"),
    ("{given} {birth.prefix} {birth.name}", SANNE, *["Susanna Maria van der Meer"] * 4),
    ("mevrouw {family}", SANNE, "mevrouw Van der Meer", "mevrouw Van der Meer - op 't Hof", "mevrouw Op 't Hof",
     "mevrouw Op 't Hof - van der Meer"),
    ("{initials} {family} (extern)", KO, "J. Bakker (extern)", "J. Bakker - Visser (extern)", "J. Visser (extern)",
     "J. Visser - Bakker (extern)"),
]  # fmt: skip
ADDRESSES = [
    ("{nick:1}{birth}", SANNE, *["svandermeer"] * 4),
    ("{nick:3}{leading}", SANNE, "sanvandermeer", "sanvandermeer", "sanopthof", "sanopthof"),
    ("{nick}.{leading:dotted}", SANNE, "sanne.van.der.meer", "sanne.van.der.meer", "sanne.op.t.hof", "sanne.op.t.hof"),
    ("{nick}_{birth}", SANNE, *["sanne_vandermeer"] * 4),
    ("[{initials:several}{leading}]", SANNE, "s.m.vandermeer", "s.m.vandermeer", "s.m.opthof", "s.m.opthof"),
    ("[{initials:several}{leading}]", KO, "", "", "", ""),
    ("{initials:bare}.{leading.prefix:joined}.{leading.name}[-[{trailing.prefix:joined}.]{trailing.name}]", SANNE,
     "sm.vander.meer", "sm.vander.meer-opt.hof", "sm.opt.hof", "sm.opt.hof-vander.meer"),
    ("{initials:bare}.{leading.prefix:joined}.{leading.name}[-[{trailing.prefix:joined}.]{trailing.name}]", KO,
     "j.bakker", "j.bakker-visser", "j.visser", "j.visser-bakker"),
    ("{initials:1:bare}{birth.name:4}", KO, *["jbakk"] * 4),
]  # fmt: skip
ORDER = (Usage.B, Usage.BP, Usage.P, Usage.PB)


@pytest.mark.parametrize(("form", "person", "b", "bp", "p", "pb"), TABLE)
def test_a_form_shows_each_convention(form: str, person: Parts, b: str, bp: str, p: str, pb: str) -> None:
    shown = compile_form(form)
    assert [shown(replace(person, usage=usage)) for usage in ORDER] == [b, bp, p, pb]


@pytest.mark.parametrize(("form", "person", "b", "bp", "p", "pb"), ADDRESSES)
def test_a_form_makes_the_base_of_an_address(form: str, person: Parts, b: str, bp: str, p: str, pb: str) -> None:
    made = compile_form(form)
    assert [mail_name(made(replace(person, usage=usage)), spelling_of("nl")) for usage in ORDER] == [b, bp, p, pb]


@pytest.mark.parametrize("usage", ORDER)
def test_a_partner_whose_name_hr_does_not_give_leaves_no_trace(usage: Usage) -> None:
    alone = replace(SANNE, partner_prefix="op 't", partner_surname="", usage=usage)
    assert compile_form("{nick} {leading}[ – {trailing}]")(alone) == "Sanne van der Meer"
    assert compile_form("{nick} {family}")(alone) == "Sanne van der Meer"


@pytest.mark.parametrize("usage", ORDER)
def test_a_missing_birth_name_is_replaced_by_the_partner_s(usage: Usage) -> None:
    assert compile_form("{nick} {family}")(replace(KO, surname="", usage=usage)) == "Ko Visser"


@pytest.mark.parametrize(
    ("form", "person", "shown"),
    [
        ("{nick}, {initials}, {family}", Parts(surname="Mol"), "Mol"),
        ("{nick}, {initials}, {family}", Parts(nick="Els"), "Els"),
        ("{nick}, {initials} - {family}", Parts(nick="Els", surname="Mol"), "Els, Mol"),
        ("{nick}{initials} {family}", Parts(nick="Els", surname="Mol"), "Els Mol"),
        ("{nick}.{leading.prefix:joined}{leading.name}", Parts(nick="Els", surname="Mol"), "Els.Mol"),
        ("{family}, {nick:1}.", Parts(nick="Els", surname="Mol"), "Mol, E."),
        ("{family}, {nick:1}.", Parts(surname="Mol"), "Mol"),
        ("{nick}.{family}", Parts(nick="Els"), "Els"),
        ("{nick}.[{trailing}]", Parts(nick="Els"), "Els"),
        ("{family}, {nick:1}.", Parts(nick="Els"), "E."),
        ("Dr. {nick} {family}", Parts(surname="Mol"), "Dr. Mol"),
        ("Dr. {nick} {family}", Parts(), ""),
        ("{nick} {family} jr.", Parts(nick="Els"), "Els jr."),
        ("[({initials}) ]{family}", Parts(surname="Mol"), "Mol"),
        ("[({initials}) ]{family}", Parts(initials="E."), "(E.)"),
        ("{nick}[ «{given}»] {family}", Parts(nick="Els", surname="Mol"), "Els «Els» Mol"),
        ("{nick}[ [{leading.prefix} ]{leading.name}]", Parts(nick="Els", surname="Mol"), "Els Mol"),
        ("({nick} {family})", Parts(surname="Mol"), "(Mol)"),
        ("{nick}   {family}", Parts(nick="Els", surname="Mol"), "Els Mol"),
    ],
)
def test_what_is_missing_takes_its_punctuation_along(form: str, person: Parts, shown: str) -> None:
    assert compile_form(form)(person) == shown


@pytest.mark.parametrize(
    ("form", "style", "shown"),
    [
        ("{nick} {family}", Style.NL, "Lisa van den Boele"),
        ("{nick} {family}", Style.BE, "Lisa Van den Boele"),
        ("{family}", Style.NL, "van den Boele"),
        ("{family:capital}", Style.NL, "Van den Boele"),
        ("{family}", Style.BE, "Van den Boele"),
        ("{family} {nick}", Style.NL, "Van den Boele Lisa"),
        ("{leading.name}, {nick} {leading.prefix}", Style.NL, "Boele, Lisa van den"),
        ("{leading.name}, {nick} {leading.prefix}", Style.BE, "Boele, Lisa Van den"),
    ],
)
def test_the_case_of_a_belgian_prefix_is_kept_where_the_style_is_belgian(form: str, style: Style, shown: str) -> None:
    assert compile_form(form, style)(Parts(nick="Lisa", prefix="Van den", surname="Boele")) == shown


@pytest.mark.parametrize(
    ("prefix", "name", "behind", "first"),
    [
        ("van den", "Boele", "van den Boele", "Van den Boele"),
        ("VAN DEN", "Boele", "van den Boele", "Van den Boele"),
        ("Op 't", "Hof", "op 't Hof", "Op 't Hof"),
        ("'t", "Hart", "'t Hart", "'t Hart"),
        ("’t", "Hart", "’t Hart", "’t Hart"),
        ("d'", "Artois", "d'Artois", "d'Artois"),
        ("O'", "Brien", "O'Brien", "O'Brien"),
        ("L'", "Huillier", "L'Huillier", "L'Huillier"),
        ("El", "Idrissi", "El Idrissi", "El Idrissi"),
        ("el", "Idrissi", "el Idrissi", "El Idrissi"),
        ("Al-", "Idrissi", "Al-Idrissi", "Al-Idrissi"),
        ("von", "Berg", "von Berg", "Von Berg"),
        ("Von", "Berg", "Von Berg", "Von Berg"),
        ("de la", "Fuente", "de la Fuente", "De la Fuente"),
        ("", "de Boer", "de Boer", "De Boer"),
        ("", "McDonald", "McDonald", "McDonald"),
        ("", "D'Aubigny", "D'Aubigny", "D'Aubigny"),
    ],
)
def test_a_prefix_stands_behind_a_name_and_first_as_in_the_netherlands(
    prefix: str, name: str, behind: str, first: str
) -> None:
    person = Parts(nick="Kim", prefix=prefix, surname=name)
    assert compile_form("{nick} {family}")(person) == f"Kim {behind}"
    assert compile_form("dag {family}")(person) == f"dag {first}"


@pytest.mark.parametrize(
    ("text", "column", "words"),
    [
        ("", 1, "needs a placeholder, such as {nick}"),
        ("Janine", 1, "needs a placeholder"),
        ("{nik} {family}", 1, r"there is no {nik} \(did you mean {nick}\?\)"),
        ("{nick} {Family}", 8, r"did you mean {family}\?"),
        ("{nick} {lastName}", 8, "there is no {lastName}"),
        ("{nick} {family", 8, "this { is never closed"),
        ("{nick} family}", 14, "nothing was opened that this } could close"),
        ("{nick}] {family}", 7, "nothing was opened that this ] could close"),
        ("{nick}[ {family}", 7, r"this \[ is never closed"),
        ("{nick}[ x] {family}", 7, "needs a placeholder of its own"),
        ("{nick}[[ {family}]]", 7, "needs a placeholder of its own"),
        ("{nick} ({initials})", 7, "stand in a group"),
        ("{nick} genaamd {family}", 7, "stand in a group"),
        ("({nick}", 1, r"closes this one, \), is missing"),
        ("{nick})", 7, r"nothing was opened that this \) could close"),
        ("{nick}[ ({initials}]", 8, r"closes this one, \), is missing"),
        ("{nick:0}", 6, "between 1 and 100"),
        ("{nick:-1}", 6, "there is no modifier '-1'"),
        ("{nick:n}", 6, "there is no modifier 'n'"),
        ("{nick:uper}", 6, r"did you mean upper\?"),
        ("{nick:bare}", 6, "bare is for {initials} only"),
        ("{nick:capital}", 6, "capital is for family names only"),
        ("{nick:upper:lower}", 18, "lower and upper cannot be meant together"),
        ("{nick}\u200b{family}", 7, "an invisible character"),
        ("[" * 6 + "{nick}" + "]" * 6, 5, "at most 4 deep"),
        ("{nick}" * 100, 501, "at most 500 characters"),
    ],
)
def test_a_form_that_cannot_work_is_refused_with_its_column(text: str, column: int, words: str) -> None:
    with pytest.raises(ValueError, match=words) as error:
        compile_form(text)
    assert str(error.value).startswith(f"column {column}: ")


def test_a_bound_must_be_positive() -> None:
    with pytest.raises(ValueError, match="positive"):
        compile_form("{nick}", longest=-1)


def test_the_order_of_modifiers_makes_no_difference() -> None:
    one, other = compile_form("{initials:bare:1:lower}"), compile_form("{initials:lower:1:bare}")
    assert one(SANNE) == other(SANNE) == "s"


def test_forms_of_the_same_text_are_equal_and_say_which_facts_they_need() -> None:
    form = compile_form("{nick} {family}[ ({trailing})]")
    assert form == compile_form("{nick} {family}[ ({trailing})]")
    assert form != compile_form("{nick} {family}[ ({trailing})]", Style.BE)
    assert hash(form) == hash(compile_form("{nick} {family}[ ({trailing})]"))
    assert isinstance(form, Form)
    assert form.needs == {"givenName", "surname"}
    assert [piece.name for piece in pieces(form.items)] == ["nick", "family", "trailing"]


def test_parts_are_read_under_their_canonical_names_and_cleaned() -> None:
    facts = {
        "nickName": " Sanne ",
        "givenName": ("Susanna", "Maria"),
        "prefix": "van  der",
        "surname": "Meer -",
        "partnerSurname": "n/a",
        "secondSurname": None,
        "middleName": 7,
        "nameUsage": "pb",
        "department": "Sales",
    }
    assert parts_of(facts) == Parts(
        nick="Sanne", given="Susanna Maria", initials="S.M.", prefix="van der", surname="Meer", usage=Usage.PB
    )
    assert parts_of(dict(reversed(facts.items()))) == parts_of(facts)
    assert parts_of(facts, Usage.P).usage is Usage.P
    assert parts_of({"nameUsage": "Eigen"}, Usage.B) == Parts()
    with pytest.raises(ValueError, match="name usage"):
        parts_of({"nameUsage": "Eigen"})
