"""An export in each of its forms, on a disk and on an SFTP server, written anew by whatever the kit changes."""

import csv
import json
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from io import StringIO
from pathlib import Path
from typing import Any

import asyncssh
from openpyxl import Workbook

from connectors.files.settings import Settings
from local.files import SftpServer, User
from shared.tokens.kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("csv", "excel", "json", "sftp")
NAMES = {"csv": "people.csv", "excel": "people.xlsx", "json": "people.json", "sftp": "people.csv"}
END = "EINDE"
HEADER = ("Nr", "Voornaam", "Achternaam", "E-mail", "In dienst", "Chef", "BSN")
NUMBER = "999911120"
NO_TOKENS = {Fault.TOKENS_END: "a file is read without tokens that could end"}
ON_A_DISK = {
    **NO_TOKENS,
    Fault.WRONG_CREDENTIAL: "a file on a disk knows no sign-in",
    Fault.MISSING_SCOPE: "a file on a disk knows no scopes",
    Fault.BLOCKED_ADDRESS: "a file on a disk has no network before it",
}
ON_A_SERVER = {
    **NO_TOKENS,
    Fault.BLOCKED_ADDRESS: "a server that lets an address not in looks like one that is down, so it is tried again",
}


class File:
    page, transport, credential = 0, None, None

    def __init__(self, form: str, folder: Path, server: SftpServer | None = None, key: str = "") -> None:
        self._form, self._server, self._key = form, server, key
        self._path = folder / NAMES[form]
        self._rows: list[list[str]] = []
        self._write(HEADER, self._rows)

    @property
    def cannot(self) -> Mapping[Fault, str]:
        return ON_A_SERVER if self._server else ON_A_DISK

    def settings(self) -> Settings:
        contract = {"start": "In dienst", "manager": "Chef"}
        person = {"givenName": "Voornaam", "surname": "Achternaam", "email": "E-mail"}
        known: dict[str, Any] = {"path": self._path.name, "key": "Nr", "person": person, "contract": contract}
        if self._form == "json":
            known |= {"records": "$.people", "count": "$.count"}
        else:
            known["complete"] = {"trailer": END, "settled_seconds": 0}
        if self._server:
            sign_in = {"user": "joinly", "key": "secret:sftp-key", "host_keys": [self._server.host_key]}
            where = {"host": "127.0.0.1", "port": self._server.port, **sign_in}
            known |= {"sftp": where, "encoding": "utf-8", "delimiter": ";"}
        return Settings.model_validate(known)

    async def secret(self, name: str) -> str:
        assert self._server, "a file on a disk needs no secret"
        return self._key

    async def consent(self, rows: Rows, place: str) -> None:
        """Nobody signs in."""

    def hire(self, count: int, *, first: bool = False) -> None:
        begin, boss = len(self._rows) + 1, self._rows[0][0] if self._rows else ""
        ids = [f"{(500_000 if first else 100_000) + number}" for number in range(begin, begin + count)]
        new = [
            [one, f"Given{one}", f"Family{one}", f"mail{one}@private.test", "2020-01-01", boss, NUMBER] for one in ids
        ]
        self._change([*new, *self._rows] if first else [*self._rows, *new])

    def remove(self, hr_id: str) -> None:
        self._change([row for row in self._rows if row[0] != hr_id])

    def change(self, hr_id: str) -> None:
        self._change([row if row[0] != hr_id else [*row[:2], f"Changed{hr_id}", *row[3:]] for row in self._rows])

    def spoil(self, hr_id: str) -> None:
        self._change([row if row[0] != hr_id else [*row[:4], "31-02-2020", *row[5:]] for row in self._rows])

    def ids(self) -> Sequence[str]:
        return [row[0] for row in self._rows]

    def private(self) -> Sequence[str]:
        key = [self._key] if self._key else []
        return [*(value for row in self._rows for value in row[1:4]), *key]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        if fault is Fault.FILTERED:
            self._write(HEADER[:-3], [row[:-3] for row in self._rows])
        elif fault is Fault.CUT_SHORT:
            whole = self._path.read_bytes()
            self._path.write_bytes(whole[: len(whole) // 2])
        elif fault is Fault.WRONG_CREDENTIAL:
            self._key = private_key(asyncssh.generate_private_key("ssh-ed25519"))
        elif fault is Fault.MISSING_SCOPE and self._server:
            self._server.faults = replace(self._server.faults, no_reading=True)
        else:
            raise AssertionError(self.cannot[fault])

    def _change(self, rows: list[list[str]]) -> None:
        self._rows = rows
        self._write(HEADER, rows)

    def _write(self, header: Sequence[str], rows: list[list[str]]) -> None:
        if self._form == "excel":
            book = Workbook()
            for row in (header, *rows, [END]):
                book.worksheets[0].append(list(row))
            book.save(self._path)
        elif self._form == "json":
            people = [dict(zip(header, row, strict=True)) for row in rows]
            self._path.write_text(json.dumps({"count": len(people), "people": people}))
        else:
            text = StringIO()
            csv.writer(text, delimiter=";", lineterminator="\r\n").writerows([header, *rows, [END]])
            self._path.write_bytes(text.getvalue().encode())


def private_key(key: asyncssh.SSHKey) -> str:
    return key.export_private_key().decode()


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[File]:
    if form != "sftp":
        yield File(form, folder)
        return
    key = asyncssh.generate_private_key("ssh-ed25519")
    user = User(name="joinly", key=key.export_public_key().decode())
    async with SftpServer(folder, [user]) as server:
        yield File(form, folder, server, private_key(key))
