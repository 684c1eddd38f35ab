"""`POST /$batch`: up to twenty requests in one, each checked, throttled and counted by itself.

Source: «Combine multiple HTTP requests using JSON batching».
"""

import json
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote, urlsplit

from local.graph import errors
from local.graph.call import Answer, Call, options

MOST = 20


def answer(call: Call, serve: Callable[[Call], Answer]) -> Answer:
    """200 with one answer per request, in any order; `serve` does one of them."""
    requests = _requests(call.json())
    done: dict[str, Answer] = {}
    for id, request in requests.items():
        if any(done[other].status >= 400 for other in request.get("dependsOn") or ()):
            done[id] = Answer(
                424, {"error": {"code": "FailedDependency", "message": "A request it depends on failed."}}
            )
        else:
            done[id] = serve(_part(call, request))
    responses = [_response(id, part) for id, part in done.items()]
    if not call.faults.batch_in_order:
        call.tenant.shuffle(responses)
    return Answer(200, {"responses": responses})


def _requests(body: dict[str, Any]) -> dict[str, dict[str, Any]]:
    rows = body.get("requests")
    if not isinstance(rows, list) or not rows:
        raise errors.bad_request("Invalid batch payload format.", code="BadRequest")
    if len(rows) > MOST:
        raise errors.bad_request(
            f"Number of batch request steps exceeds the maximum value of {MOST}.", code="BadRequest"
        )
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        if not isinstance(row, dict) or not all(isinstance(row.get(name), str) for name in ("id", "method", "url")):
            raise errors.bad_request("Invalid batch payload format.", code="BadRequest")
        if "$batch" in row["url"].lower():
            raise errors.bad_request("A batch cannot hold a batch.", code="BadRequest")
        if row["id"] in found:
            raise errors.bad_request("Request ids must be unique within a batch.", code="BadRequest")
        if any(other not in found for other in row.get("dependsOn") or ()):
            raise errors.bad_request("A request depends on one that is not before it in the batch.", code="BadRequest")
        if "body" in row and "content-type" not in {name.lower() for name in row.get("headers") or {}}:
            raise errors.bad_request("A request with a body must have a Content-Type header.", code="BadRequest")
        found[row["id"]] = row
    return found


def _part(call: Call, request: dict[str, Any]) -> Call:
    url = urlsplit(request["url"])
    headers = {name.lower(): str(value) for name, value in (request.get("headers") or {}).items()}
    headers.setdefault("client-request-id", call.headers.get("client-request-id", ""))
    headers["authorization"] = call.headers.get("authorization", "")
    return Call(
        tenant=call.tenant,
        faults=call.faults,
        method=request["method"].upper(),
        path=unquote(url.path).strip("/"),
        query=options(url.query),
        headers=headers,
        raw=json.dumps(request["body"]).encode() if "body" in request else b"",
        base=call.base,
    )


def _response(id: str, part: Answer) -> dict[str, Any]:
    response: dict[str, Any] = {"id": id, "status": part.status, "headers": part.headers}
    if part.body is not None:
        response["body"] = part.body
    return response
