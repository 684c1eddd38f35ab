"""What happens to every request, in order: broken on purpose, signed in, throttled, allowed, done, and told."""

from datetime import UTC
from typing import Any

from local.graph import batch, errors, routes
from local.graph.call import Answer, Call
from local.graph.faults import AnswerLost, WriteFault
from local.graph.routes import Route

JSON = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8"


def serve(call: Call) -> Answer:
    """One request, batch or not. Raises `AnswerLost` when its answer is to be lost; never `GraphError`."""
    ids = (call.tenant.new_request_id(), call.headers.get("client-request-id", ""))
    call.directory.empty_bin()
    try:
        answer = _broken(call) or _done(call)
    except errors.GraphError as refusal:
        stamp = call.now.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S")
        body = refusal.body(date=stamp, request_id=ids[0], client_request_id=ids[1] or ids[0])
        answer = Answer(refusal.status, body, {name.lower(): value for name, value in refusal.headers.items()})
    except AnswerLost:
        call.tenant.commit()
        call.tenant.log.append((call.method, f"/v1.0/{call.path}", 0))
        raise
    call.tenant.commit()
    call.tenant.log.append((call.method, f"/v1.0/{call.path}", answer.status))
    return _headed(answer, ids)


def _headed(answer: Answer, ids: tuple[str, str]) -> Answer:
    answer.headers.setdefault("request-id", ids[0])
    answer.headers.setdefault("client-request-id", ids[1] or ids[0])
    answer.headers.setdefault("odata-version", "4.0")
    answer.headers.setdefault("x-ms-resource-unit", "1")
    answer.headers.setdefault("cache-control", "no-cache")
    if answer.body is not None:
        answer.headers.setdefault("content-type", JSON)
    return answer


def _broken(call: Call) -> Answer | None:
    mode = call.faults.breaks
    if mode == "forbidden":
        raise errors.denied()
    if mode == "unauthorised":
        raise errors.unauthorised("Access token validation failure.")
    if mode == "html":
        page = "<!DOCTYPE html><html><head><title>Service</title></head><body>Down for maintenance.</body></html>"
        return Answer(200, page, {"content-type": "text/html"})
    return None


def _done(call: Call) -> Answer:
    _sign_in(call)
    if routes.segments(call.path)[:1] == ["$batch"] and call.method == "POST":
        return batch.answer(call, serve)
    route, held = routes.match(call.method, call.path)
    headers = _admit(call, route)
    fault = call.faults.next_write_fault() if route.writes else None
    if fault is not None and not fault.effect:
        raise _struck(fault)
    call.require(route.needs)
    answer = route.handler(call, **held)
    answer.headers.update(headers)
    if fault is not None:
        raise _struck(fault)
    return answer


def _struck(fault: WriteFault) -> Exception:
    if fault.status == 0:
        return AnswerLost("The connection was closed before an answer was complete.")
    return errors.throttled({}) if fault.status == 429 else errors.unavailable(fault.status)


def _sign_in(call: Call) -> None:
    scheme, _, token = call.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not token:
        raise errors.unauthorised("Access token is empty.")
    known = call.tenant.signer.read(token.strip())
    app = call.tenant.apps.get(known[0]) if known else None
    if known is None or app is None:
        raise errors.unauthorised("Access token validation failure.")
    if known[1] <= call.now:
        raise errors.unauthorised("Lifetime validation failed, the token is expired.")
    call.app = app


def _admit(call: Call, route: Route) -> dict[str, str]:
    """Take what the request costs from the buckets, or answer 429. Counts what gets through."""
    forced, wait = call.faults.take_forced_throttle()
    if forced:
        raise errors.throttled({} if wait is None else {"Retry-After": str(wait)})
    cost = _units(call, route)
    buckets: list[tuple[str, Any, float]] = [("ResourceUnitLimitExceeded", call.faults.units, cost)]
    if route.writes:
        buckets.append(("WriteLimitExceeded", call.faults.writes, 1))
    used = 0.0
    for information, bucket, amount in buckets:
        seconds = bucket.take(amount, call.now)
        if seconds:
            raise _over(call, information, seconds)
        used = max(used, bucket.used(call.now))
    if route.writes:
        call.tenant.writes += 1
    else:
        call.tenant.reads += 1
    headers = {"x-ms-resource-unit": str(cost)}
    if used > 0.8:
        headers["x-ms-throttle-limit-percentage"] = f"{used:.2f}"
    return headers


def _over(call: Call, information: str, seconds: int) -> errors.GraphError:
    limit = "Write" if information.startswith("Write") else "ReadWrite"
    wait = seconds if call.faults.retry_after is None else call.faults.retry_after
    return errors.throttled(
        {
            "Retry-After": str(wait),
            "x-ms-throttle-limit-percentage": "1.00",
            "x-ms-throttle-scope": f"Tenant_Application/{limit}/{call.app.client_id}/{call.tenant.id}",
            "x-ms-throttle-information": information,
        }
    )


def _units(call: Call, route: Route) -> int:
    """Source: «Identity and access service limits»: `$select` 1 less, `$expand` 1 more, `$top` below 20 1 less."""
    top = call.query.get("$top", "")
    cost = route.units + ("$expand" in call.query)
    if route.pattern == "directoryObjects/getByIds" and "$select" in call.query:
        return 2
    cost -= ("$select" in call.query) + (top.isdecimal() and int(top) < 20)
    return max(1, cost)
