"""A program: lets Microsoft's Python runtime index this app, of the role in its settings, and deliver to it, and
prints what happened.

The messages that the host would exchange over gRPC are plain objects here; indexing, binding and invocation are real.
"""

import asyncio
import json
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import azure.functions as func
import azure_functions_runtime as runtime
from azure_functions_runtime.bindings.datumdef import Datum
from azure_functions_runtime.native_invocation import invocation_request_native

from shared.azure.triggers import Route

ROOT = Path(__file__).resolve().parents[2]
MESSAGES = ("RpcFunctionMetadata", "RpcException", "WorkerInitResponse", "WorkerMetadata", "RpcRetryOptions")
ONE = '{"schema":1,"body":{"person":"p1","target":"entra"}}'

ASKED = Datum(
    {
        "method": Datum("POST", "string"),
        "url": Datum("https://joinly.example/api/holds/3f2a9c1b/approve", "string"),
        "headers": {"authorization": Datum("Bearer a.b.c", "string")},
        "query": {},
        "params": {"fingerprint": Datum("3f2a9c1b", "string")},
        "body": Datum('{"why":"HR called"}', "string"),
    },
    "http",
)
DELIVERIES: dict[str, tuple[list[tuple[str, Datum]], dict[str, Datum]]] = {
    "approve_hold": ([("request", ASKED)], {}),
    "admit": (
        [("messages", Datum(SimpleNamespace(string=[ONE, ONE]), "collection_string"))],
        {"MessageIdArray": Datum('["a","b"]', "json"), "UserPropertiesArray": Datum("[{},{}]", "json")},
    ),
    "glance": ([("timer", Datum('{"IsPastDue":false,"ScheduleStatus":{},"Schedule":{}}', "json"))], {}),
    "poll": ([("timer", Datum('{"IsPastDue":true,"ScheduleStatus":{},"Schedule":{}}', "json"))], {}),
    "provisioning": (
        [("message", Datum(ONE, "string"))],
        {
            "MessageId": Datum("m", "string"),
            "UserProperties": Datum("{}", "json"),
            "DeliveryCount": Datum("1", "json"),
        },
    ),
}
"""What the host would deliver: the function's arguments, and what it says beside them."""


class Message:
    """Any message of the host's protocol: it holds what it is given."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


def protocol() -> SimpleNamespace:
    kinds = {name: type(name, (Message,), {}) for name in (*MESSAGES, "FunctionMetadataResponse")}
    result = type("StatusResult", (Message,), {"Success": 1, "Failure": 0})
    binding = type("BindingInfo", (Message,), {"undefined": 0, "out": 1, "inout": 2})
    return SimpleNamespace(StatusResult=result, BindingInfo=binding, **kinds)


async def main() -> None:
    start = SimpleNamespace(
        request=SimpleNamespace(worker_init_request=SimpleNamespace(capabilities={}, function_app_directory=str(ROOT))),
        properties={"host": "127.0.0.1", "protos": protocol()},
    )
    answer = await runtime.worker_init_request(start)
    if answer.result.status != 1:
        sys.exit(f"the runtime refuses the app: {answer.result.exception.message}")
    found = {one.name: one for one in (await runtime.functions_metadata_request(Message())).function_metadata_results}
    for name, one in sorted(found.items()):
        sys.stdout.write(f"{name} {json.dumps([json.loads(binding) for binding in one.raw_bindings])}\n")

    import function_app

    heard: list[tuple[str, list[bytes]]] = []

    class Recorder:
        async def answer(self, queue: str, messages: list[bytes], beside: list[object]) -> None:
            heard.append((queue, messages))

        async def glance(self) -> None:
            heard.append(("glance", []))

        async def poll(self) -> None:
            heard.append(("poll", []))

    async def pages(route: Route, request: func.HttpRequest) -> func.HttpResponse:
        heard.append((route.name, [request.route_params["fingerprint"].encode(), request.get_body()]))
        heard.append((request.method, [request.headers["Authorization"].encode()]))
        return func.HttpResponse("{}", status_code=200)

    function_app.doors = Recorder()  # type: ignore[assignment]
    function_app.pages = pages  # type: ignore[assignment]
    for number, name in enumerate(sorted(found)):
        if name in DELIVERIES:
            await invocation_request_native(str(number), found[name].function_id, *DELIVERIES[name])
    sys.stdout.write(f"heard {heard}\n")


asyncio.run(main())
