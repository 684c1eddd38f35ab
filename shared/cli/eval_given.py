"""What `joinly eval` is given: JSON that becomes facts, a scope and cases; anything else is a usage error."""

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NoReturn, TextIO

import click

from shared.expressions import Facts, Scope
from shared.model import Value

MAX_FILE = 50_000_000


def read(file: TextIO, name: str) -> object:
    """The JSON a file holds."""
    text = file.read(MAX_FILE + 1)
    if len(text) > MAX_FILE:
        raise click.UsageError(f"{name}: the file is larger than {MAX_FILE} characters.")
    try:
        return json.loads(text, parse_constant=_refuse)
    except ValueError as error:
        place = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise click.UsageError(f"{name} is not JSON{place}.") from None
    except RecursionError:
        raise click.UsageError(f"{name} is nested too deep.") from None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def cases(file: TextIO) -> list[Mapping[str, Any]]:
    found = read(file, "--cases")
    if not isinstance(found, list) or not all(isinstance(case, dict) for case in found):
        raise click.UsageError("--cases must hold a JSON array of objects.")
    return found


def facts(data: object, name: str) -> Facts:
    if not isinstance(data, dict):
        raise click.UsageError(f"{name} must hold a JSON object of attributes.")
    return {attribute: _value(value, f"{name}: [{attribute}]") for attribute, value in data.items()}


def _value(value: object, name: str) -> Value:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, list) and all(isinstance(item, str) for item in value):
        return tuple(value)
    raise click.UsageError(f"{name} must be a text, number, truth, null or an array of texts.")


def scope(data: object, name: str, now: datetime, seed: str) -> Scope:
    """Contracts, manager and tables as they stand in `data`, each of which may be missing."""
    if not isinstance(data, dict):
        raise click.UsageError(f"{name} must hold a JSON object with contracts, manager and tables.")
    contracts, manager, tables = data.get("contracts") or [], data.get("manager"), data.get("tables") or {}
    if not isinstance(contracts, list):
        raise click.UsageError(f"{name}: contracts must be an array of objects.")
    return Scope(
        now=now,
        seed=seed,
        contracts=tuple(facts(one, f"{name}: contracts") for one in contracts),
        manager=None if manager is None else facts(manager, f"{name}: manager"),
        tables=_tables(tables, name),
    )


def _tables(data: object, name: str) -> Mapping[str, Mapping[str, str]]:
    tables = data.values() if isinstance(data, dict) else [None]
    if not all(isinstance(one, dict) and all(isinstance(value, str) for value in one.values()) for one in tables):
        raise click.UsageError(f"{name}: tables must be objects of texts, by name.")
    return data  # type: ignore[return-value]


def moment(text: object, name: str = "--now") -> datetime:
    try:
        found = datetime.fromisoformat(str(text))
    except ValueError:
        raise click.UsageError(f"{name} must be ISO 8601, such as 2025-07-30T12:00:00Z.") from None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
