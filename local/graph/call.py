"""One request as a handler sees it, and the answer it gives back."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qsl

from local.graph import errors, roles
from local.graph.directory import Directory, Entry
from local.graph.faults import Faults
from local.graph.permissions import granting
from local.graph.tenant import App, Tenant


@dataclass(slots=True)
class Answer:
    """`body` is JSON data, text (sent as it is), or None for an empty answer."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True, kw_only=True)
class Call:
    """A request to Graph. Header names and `$` option names are lower case; `base` ends in the version, without `/`."""

    tenant: Tenant
    faults: Faults
    method: str
    path: str
    query: dict[str, str]
    headers: Mapping[str, str]
    raw: bytes
    base: str
    app: App = field(init=False)

    @property
    def directory(self) -> Directory:
        return self.tenant.directory

    @property
    def now(self) -> datetime:
        return self.tenant.clock()

    @property
    def advanced(self) -> bool:
        """Both switches for advanced queries are there."""
        return self.eventual and self.query.get("$count", "").lower() == "true"

    @property
    def eventual(self) -> bool:
        return self.headers.get("consistencylevel", "").lower() == "eventual"

    def json(self) -> dict[str, Any]:
        """The body as an object; refuses what is no JSON object or has no content type."""
        if "content-type" not in self.headers:
            raise errors.bad_request(
                "Write requests (excluding DELETE) must contain the Content-Type header declaration.", code="BadRequest"
            )
        try:
            body = json.loads(self.raw or b"{}")
        except ValueError:
            body = None
        if not isinstance(body, dict):
            raise errors.bad_request(
                "Unable to read JSON request payload. Please ensure Content-Type header is set and payload is of valid "
                "JSON format.",
                code="BadRequest",
            )
        return body

    def may(self, needed: tuple[str, ...]) -> bool:
        """Whether one of them is granted, or none is needed; which one it was is remembered."""
        name = granting(needed, self.app.permissions, self.faults.deny) if needed else ""
        if name:
            self.tenant.used.setdefault(self.app.client_id, set()).add(name)
        return bool(name) or not needed

    def require(self, needed: tuple[str, ...]) -> None:
        if not self.may(needed):
            raise errors.denied()

    def visible(self, entry: Entry) -> bool:
        """Whether an index (list, filter, delta) knows the object yet."""
        return entry.live and self.caught_up(entry.since)

    def caught_up(self, when: datetime) -> bool:
        return not self.faults.lag or when + timedelta(seconds=self.faults.lag) <= self.now

    def find(self, id: str, *kinds: str) -> Entry:
        """A live object by id, or a user by logon name; 404 when there is none, or none yet."""
        entry = self.directory.get(id)
        if entry is None and "user" in kinds and "@" in id:
            holders = self.directory.having("user", "userPrincipalName", id)
            entry = self.directory.get(holders[0]) if holders else None
        if entry is None or not entry.live or entry.kind not in kinds:
            raise errors.not_found(id)
        if self.faults.lag_reads and not self.caught_up(entry.since):
            raise errors.not_found(id)
        return entry

    def guard(self, entry: Entry, *, sensitive: bool) -> None:
        """Refuse what an ordinary application may not do to administrators and restricted objects."""
        if self.app.privileged:
            return
        if entry.properties.get("isManagementRestricted"):
            raise errors.denied()
        if sensitive and roles.sensitive(self.directory, entry.id):
            raise errors.denied()


def options(query_string: str) -> dict[str, str]:
    """The query, option names in lower case; `+` is a space, as in a form."""
    return {name.lower(): value for name, value in parse_qsl(query_string, keep_blank_values=True)}
