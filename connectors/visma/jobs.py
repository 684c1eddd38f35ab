"""Visma's export jobs: one request starts one, others ask whether it is ready; nothing they answer is quoted."""

import re
from collections.abc import Mapping
from typing import Any

from connectors.visma.exports import KINDS, Export, left_out
from connectors.visma.settings import Settings
from shared.answers import decoded
from shared.connector import Outside
from shared.errors import Anew, Misconfigured, Refused
from shared.exporting import Files
from shared.flow import Bucket
from shared.rest import GONE, Manners, Rest, segment
from shared.signing import Bearer

SYSTEM = "Visma"
WORD = re.compile(r"[A-Za-z ]{1,40}")
MOST_FILES = 1_000


class Jobs:
    """Starts jobs and looks at them, one request every 0.6 seconds: what Visma's gateway bears where it says a number.

    Starting one is a reading POST: done twice, it makes a second export that nobody asks for.
    """

    def __init__(self, settings: Settings, outside: Outside) -> None:
        self._settings = settings
        pace = Bucket(every=0.6, burst=1, clock=outside.clock, sleep=outside.sleep)
        self._rests = {export: _rest(export, settings, outside, pace) for export in settings.exports}

    async def start(self, export: Export) -> str:
        """The id of a new job."""
        settings, path = self._settings, f"/v1/command/nl/hrm/{KINDS[export].path}"
        wanted = settings.columns(export) + settings.welcome(export)
        fields = left_out(export, wanted) if settings.only_used_columns else ""
        try:
            response = await self._rests[export].send(
                "POST",
                path,
                params={"fields": fields} if fields else {},
                json={"callbackAddress": settings.base},
                reading=True,
                route=path,
            )
        except Refused as refusal:
            raise _refused(refusal, bool(fields)) from None
        return _job(export, decoded(SYSTEM, response))

    async def look(self, export: Export, job: str) -> Files | None:
        """The addresses of the job's files; None while it is at work.

        Raises `Anew` when it has failed or is not known any more: then another one must be started.
        """
        path = f"/v1/query/nl/hrm/{KINDS[export].path}"
        try:
            response = await self._rests[export].send(
                "GET", f"{path}/{segment(job)}", accept=GONE, route=path + "/{job}"
            )
        except Refused as refusal:
            raise _refused(refusal, False) from None
        if response.status_code in GONE:
            raise Anew(f"{SYSTEM}: the export of {export} is not known any more; it is asked for anew")
        answer = decoded(SYSTEM, response)
        status = answer.get("status") if isinstance(answer, Mapping) else None
        if status == "InProgress":
            return None
        if status != "Completed":
            said = status if isinstance(status, str) and WORD.fullmatch(status) else "something unknown"
            raise Anew(f"{SYSTEM}: the export of {export} ended as «{said}»; it is asked for anew at the next poll")
        return _files(export, answer)


def _rest(export: Export, settings: Settings, outside: Outside, pace: Bucket) -> Rest:
    scope = KINDS[export].scope
    checked = f"that the application has the scope {scope}, and that tenant_id is the company's and not the customer's"
    return Rest(
        SYSTEM,
        settings.base,
        outside.http,
        clock=outside.clock,
        sleep=outside.sleep,
        sign=Bearer(outside.token, checked),
        headers={"Accept": "application/json"},
        manners=Manners(wait=2.0),
        pace=pace,
    )


def _refused(refusal: Refused, with_fields: bool) -> Misconfigured:
    """A command that is refused is of no single person: somebody must repair something."""
    said = str(refusal)
    advice = "check base in the settings, and what the application may read"
    if said.endswith("400") and with_fields:
        advice = "a column may have got another name: turn only_used_columns off in the settings"
    if said.endswith("403"):
        advice = "check that the API may be called from this address, and what the application may read"
    return Misconfigured(f"{said}; {advice}")


def _job(export: Export, answer: Any) -> str:
    found = answer.get("jobId") if isinstance(answer, Mapping) else None
    if not isinstance(found, str) or not found or len(found) > 100 or not found.isprintable():
        raise Misconfigured(f"{SYSTEM}: the export of {export} was given no job; the interface may have changed")
    return found


def _files(export: Export, answer: Mapping[str, Any]) -> Files:
    name = KINDS[export].files
    found = answer.get(name, ())
    if name not in answer or not isinstance(found, list | None) or not all(isinstance(one, str) for one in found or ()):
        raise Misconfigured(f"{SYSTEM}: the export of {export} has no list {name!r}; the interface may have changed")
    return tuple(found or ())
