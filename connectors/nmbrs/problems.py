"""What Nmbrs' own error codes mean; no message quotes what an answer says but its code and names of parameters.

Source: the responses of the vendor's OpenAPI (problem details after RFC 7807, with a numeric `code`), and 40305 and
40306 as a published client has met them.
"""

import json
import re
from collections.abc import Callable, Mapping
from typing import Any

import httpx

from connectors.nmbrs.reduce import SYSTEM
from shared.answers import named
from shared.errors import Misconfigured, TryLater

QUOTA = 42909
"""The quota of the subscription is used up; asking again soon only makes it worse."""
TOMORROW = 3_600.0
"""Seconds after which a used-up quota is looked at again; when it is filled up is not documented."""

NO_ACCESS = frozenset({40303, 40305})
DISABLED = 40304
NAME = re.compile(r"[A-Za-z][A-Za-z0-9_.-]{0,60}")


def judging(scopes: tuple[str, ...]) -> Callable[[httpx.Response], None]:
    """Raises what only Nmbrs' code can tell, before the status is judged; `scopes` are those that are needed."""

    def judge(response: httpx.Response) -> None:
        if response.status_code == 200 and not response.content.strip():
            raise TryLater(f"{named(SYSTEM, response.request)} answered 200 with nothing; it is asked again later")
        if response.status_code not in {400, 403, 404, 429}:
            return
        what, body = f"{named(SYSTEM, response.request)} answered {response.status_code}", _body(response)
        code = body.get("code") if isinstance(body.get("code"), int) else None
        told = f"{what} ({code})" if code else what
        if code == QUOTA:
            raise TryLater(f"{told}: the quota of the subscription is used up; it is asked again later", TOMORROW)
        if response.status_code == 403:
            raise Misconfigured(f"{told}: {_refusal(code, scopes)}")
        if response.status_code == 404:
            raise Misconfigured(f"{told}: it is not there; check the base address and the companies in the settings")
        if response.status_code == 400:
            raise Misconfigured(f"{told}: it does not understand {_parameters(body)}; its interface may have changed")

    return judge


def _refusal(code: int | None, scopes: tuple[str, ...]) -> str:
    if code in NO_ACCESS:
        return (
            "the login that consented does not see this debtor or company; ask for its user template to be changed in "
            "Nmbrs, or exclude the company in the settings"
        )
    if code == DISABLED:
        return "the environment is disabled, there is no valid subscription; ask Nmbrs"
    return (
        f"the consent does not reach so far; consent again with `joinly connect` to {' '.join(scopes)}, and see that "
        "Nmbrs lets this address in"
    )


def _parameters(body: Mapping[str, Any]) -> str:
    found = body.get("invalid-params")
    names = [one.get("name") for one in found if isinstance(one, Mapping)] if isinstance(found, list) else []
    known = [name for name in names if isinstance(name, str) and NAME.fullmatch(name)]
    return f"the parameter {' and '.join(known)}" if known else "the request"


def _body(response: httpx.Response) -> Mapping[str, Any]:
    """The problem; an empty one where a gateway answers with a page of its own."""
    try:
        found = json.loads(response.content)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, Mapping) else {}
