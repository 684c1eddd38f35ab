"""Application Insights' end on loopback: it takes what the exporter posts, as bytes, and answers as the service does.

The answer is that of the exporter's own client («TrackResponse»); no recorded service stands behind it.
"""

import asyncio
import gzip
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Route

from local.serve import serving
from shared.azure import telemetry

KEY = "00000000-0000-4000-8000-000000000001"


@dataclass
class Ingestion:
    address: str = ""
    posted: list[bytes] = field(default_factory=list)
    """Each body as it was before it was packed."""
    signed: list[str] = field(default_factory=list)
    """What each post was signed with; "" for nothing."""

    @property
    def connection_string(self) -> str:
        return f"InstrumentationKey={KEY};IngestionEndpoint={self.address}/;LiveEndpoint={self.address}/"

    def items(self, kind: str) -> list[dict[str, Any]]:
        """What was told of one kind: `RequestData`, `RemoteDependencyData`, `MetricData`, `MessageData`."""
        every = (item for body in self.posted for item in json.loads(body))
        return [item for item in every if item["data"]["baseType"] == kind]


@asynccontextmanager
async def ingestion(tls: tuple[Path, Path] | None = None) -> AsyncIterator[Ingestion]:
    """With `tls`, a certificate and its key, encrypted: no token is sent otherwise."""
    end = Ingestion()

    async def track(request: Request) -> JSONResponse:
        body = await request.body()
        end.signed.append(request.headers.get("authorization", "").removeprefix("Bearer "))
        if request.headers.get("content-encoding") == "gzip":
            body = gzip.decompress(body)
        end.posted.append(body)
        count = len(json.loads(body))
        answer = {"itemsReceived": count, "itemsAccepted": count, "errors": []}
        return JSONResponse(answer, headers={"connection": "close"})

    app = Starlette(routes=[Route("/{way:path}", track, methods=["POST"])])
    async with serving(app, tls=tls) as address:
        end.address = address
        yield end


async def flushed(end: Ingestion) -> None:
    """Have everything sent that was told until now."""
    send = telemetry.begin({telemetry.CONNECTION: end.connection_string, "JOINLY_ROLE": "both"})
    assert send is not None
    await asyncio.to_thread(send)
