"""Making the group that a policy names and the tenant lacks: one for each name, however many workers ask at once.

Graph lets two groups have one display name, so it is made under a unique name that follows from the display name, in
one request that creates what is missing. Source: «Upsert group» (learn.microsoft.com/graph/api/group-upsert).
"""

import hashlib
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from connectors._graph import Graph, Row, record
from shared.errors import Reason, Refused

LONGEST = 256
"""Characters of a display name («group resource type»)."""
DESCRIPTION = "Made by Joinly, because a rule of its policy grants it."
_PATH = "/groups(uniqueName='{unique}')"
_NICK = re.compile(r"[^A-Za-z0-9]+")


async def made(graph: Graph, name: str, select: Mapping[str, str]) -> Row:
    """The group that Joinly makes for `name`, made now unless it is there already.

    Raises `Refused` when that group goes by another display name by now, or was deleted: somebody decided so.
    """
    if len(name) > LONGEST:
        raise Refused(f"a group cannot have a name of more than {LONGEST} letters; correct the policy")
    unique = {"unique": unique_name(name)}
    there = await graph.send("GET", _PATH, unique, query=select)
    if there.status == 404:
        answer = await graph.send("PATCH", _PATH, unique, body=_body(name), prefer="create-if-missing")
        if answer.status == 400 and answer.conflicts("uniqueName"):
            raise Refused(f"the group {name} that was made here is deleted; restore it, or create another by hand")
        if not answer.ok:
            raise answer.error()
        there = await graph.send("GET", _PATH, unique, query=select)
    there.require()
    group = record(there)
    if group.get("displayName") != name:
        because = f"group {group['id']} was made as {name} and is called otherwise now; correct the policy"
        raise Refused(because, Reason.REFUSED)
    return group


def unique_name(name: str) -> str:
    """The same for every worker, and for names that differ in case only."""
    return f"joinly-{_digest(name)[:32]}"


def _body(name: str) -> dict[str, Any]:
    return {
        "displayName": name,
        "description": DESCRIPTION,
        "groupTypes": [],
        "mailEnabled": False,
        "mailNickname": nickname(name),
        "securityEnabled": True,
    }


def nickname(name: str) -> str:
    """A mail alias, which Graph wants though the group has no mail: ASCII letters, at most 64, and not another's."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    return f"{_NICK.sub('-', plain).strip('-')[:50]}-{_digest(name)[:8]}".lstrip("-")


def _digest(name: str) -> str:
    return hashlib.sha256(name.casefold().encode("utf-8", "surrogatepass")).hexdigest()
