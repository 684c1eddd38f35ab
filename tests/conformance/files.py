"""A file on a local disk, written anew by whatever the kit changes."""

import csv
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from connectors.files.settings import Settings
from shared.tokens_kept import Rows
from tests.conformance.adapter import Fault, Time

FORMS = ("csv",)
NAME, END = "people.csv", "EINDE"
HEADER = ("Nr", "Voornaam", "Achternaam", "E-mail", "In dienst", "Chef", "BSN")
NUMBER = "999911120"
CANNOT = {
    Fault.TOKENS_END: "a file on a disk knows no sign-in",
    Fault.WRONG_CREDENTIAL: "a file on a disk knows no sign-in",
    Fault.MISSING_SCOPE: "a file on a disk knows no scopes",
    Fault.BLOCKED_ADDRESS: "a file on a disk has no network before it",
}


class File:
    page, transport, credential = 0, None, None
    cannot: Mapping[Fault, str] = CANNOT

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._rows: list[list[str]] = []
        self._write(HEADER, self._rows)

    def settings(self) -> Settings:
        contract = {"start": "In dienst", "manager": "Chef"}
        person = {"givenName": "Voornaam", "surname": "Achternaam", "email": "E-mail"}
        known = {"path": NAME, "key": "Nr", "person": person, "contract": contract, "complete": {"trailer": END}}
        return Settings.model_validate(known)

    async def secret(self, name: str) -> str:
        raise AssertionError("a file on a disk needs no secret")

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

    def spoil(self, hr_id: str) -> None:
        self._change([row if row[0] != hr_id else [*row[:4], "31-02-2020", *row[5:]] for row in self._rows])

    def ids(self) -> Sequence[str]:
        return [row[0] for row in self._rows]

    def private(self) -> Sequence[str]:
        return [value for row in self._rows for value in row[1:4]]

    def forbidden(self) -> Sequence[str]:
        return [NUMBER]

    def switch(self, fault: Fault) -> None:
        if fault is Fault.FILTERED:
            self._write(HEADER[:-3], [row[:-3] for row in self._rows])
        elif fault is Fault.CUT_SHORT:
            whole = self._path.read_bytes()
            self._path.write_bytes(whole[: len(whole) // 2])
        else:
            raise AssertionError(CANNOT[fault])

    def _change(self, rows: list[list[str]]) -> None:
        self._rows = rows
        self._write(HEADER, rows)

    def _write(self, header: Sequence[str], rows: list[list[str]]) -> None:
        with self._path.open("w", newline="", encoding="utf-8") as file:
            csv.writer(file, delimiter=";", lineterminator="\r\n").writerows([header, *rows, [END]])


@asynccontextmanager
async def opened(form: str, time: Time, folder: Path) -> AsyncIterator[File]:
    yield File(folder)
