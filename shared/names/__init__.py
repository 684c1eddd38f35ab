"""People's names: their parts cleaned, put together in the forms people use, and spelled for addresses; pure.

>>> from shared.names import compile_form, mail_name, parts_of, spelling_of
>>> facts = {"nickName": "Janine", "prefix": "van den", "surname": "Boele", "nameUsage": "B"}
>>> compile_form("{nick} {family}")(parts_of(facts))
'Janine van den Boele'
>>> mail_name(compile_form("{nick}.{family}")(parts_of(facts)), spelling_of("nl"))
'janine.vandenboele'
"""

from shared.names.cleaning import clean
from shared.names.cutting import shortened
from shared.names.family import Style
from shared.names.form import Form, compile_form
from shared.names.initials import initials_in, initials_of, read_initials
from shared.names.mail import mail_name
from shared.names.parts import FACTS, Parts, parts_of
from shared.names.spelling import LANGUAGES, Spelling, spelling_of
from shared.names.usage import CODES, System, Usage, usage_from, usage_of

__all__ = [
    "CODES",
    "FACTS",
    "LANGUAGES",
    "Form",
    "Parts",
    "Spelling",
    "Style",
    "System",
    "Usage",
    "clean",
    "compile_form",
    "initials_in",
    "initials_of",
    "mail_name",
    "parts_of",
    "read_initials",
    "shortened",
    "spelling_of",
    "usage_from",
    "usage_of",
]
