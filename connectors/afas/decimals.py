"""Profit 6 writes decimals as no JSON allows, such as `-.5`; they get their zero before anything else is read.

Source: «New in Profit 7» (docs.afas.help): from Profit 7 on the zero is written.
"""

import re

import httpx

_SUSPECT = re.compile(rb"[:,\[]\s*-?\.[0-9]")
_TOKEN = re.compile(rb'"(?:[^"\\]|\\.)*"|(?<![0-9])\.(?=[0-9])')
"""A whole text, which stays as it is, or the point of a number that nothing stands before."""


def with_zeros(response: httpx.Response) -> httpx.Response:
    """`response`, or one with the same status and a body that JSON allows."""
    body = response.content
    if not _SUSPECT.search(body):
        return response
    repaired = _TOKEN.sub(lambda found: found[0] if found[0].startswith(b'"') else b"0.", body)
    kind = {"content-type": response.headers.get("content-type", "")}
    return httpx.Response(response.status_code, headers=kind, content=repaired, request=response.request)
