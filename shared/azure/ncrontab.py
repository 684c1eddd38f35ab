"""Schedules as Azure Functions reads them: NCRONTAB with six fields, the first of them seconds.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-timer#ncrontab-expressions
"""

import re

FIELDS = {"second": (0, 59), "minute": (0, 59), "hour": (0, 23), "day": (1, 31), "month": (1, 12), "weekday": (0, 6)}


def problem(text: str) -> str:
    """What is wrong with a schedule, or "" when nothing is. Names of months and days are not taken."""
    parts = text.split(" ")
    if len(parts) != len(FIELDS):
        return f"{len(parts)} fields instead of {len(FIELDS)}"
    for part, (name, bounds) in zip(parts, FIELDS.items(), strict=True):
        if not all(_fits(item, *bounds) for item in part.split(",")):
            return f"{name}: {part}"
    return ""


def _fits(item: str, low: int, high: int) -> bool:
    found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/(\d+))?", item)
    if found is None:
        return False
    first, last, step = (None if part is None else int(part) for part in found.groups())
    inside = all(low <= number <= high for number in (first, last) if number is not None)
    ordered = first is None or last is None or first <= last
    return inside and ordered and (step is None or 0 < step <= high)
