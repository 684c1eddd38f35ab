"""A worker process: Microsoft's Python runtime indexes one app and runs it; the host asks in lines of JSON.

Requests come on standard input and answers go to standard output, which the app gets no hold of. When the host is gone
the worker is gone, in the middle of whatever it does, as an instance in Azure is.

The gRPC front between host and runtime is not on PyPI; the runtime's own entry without protobuf is called instead.
"""

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Mapping
from types import SimpleNamespace
from typing import IO, Any

Answer = dict[str, Any]

_MESSAGES = ("RpcFunctionMetadata", "RpcException", "WorkerInitResponse", "WorkerMetadata", "RpcRetryOptions")
_LEVELS = {10: "Debug", 20: "Information", 30: "Warning", 40: "Error", 50: "Critical"}
_LONGEST_LINE = 1 << 26


class Message:
    """Any message of the host's protocol: it holds what it is given."""

    def __init__(self, **fields: Any) -> None:
        self.__dict__.update(fields)


class Front:
    """What stands between the lines and the runtime."""

    def __init__(self, answers: IO[bytes], app: str) -> None:
        self._answers, self._app = answers, app
        self._names: dict[str, str] = {}
        self._running: dict[str, str] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def say(self, answer: Answer) -> None:
        self._answers.write(json.dumps(answer).encode() + b"\n")
        self._answers.flush()

    async def index(self) -> Answer:
        """What the runtime found, or why it refuses the app."""
        import azure_functions_runtime as runtime

        runtime.start_threadpool_executor()
        asked = SimpleNamespace(
            request=SimpleNamespace(
                worker_init_request=SimpleNamespace(capabilities={}, function_app_directory=self._app)
            ),
            properties={"host": "127.0.0.1", "protos": _protocol()},
        )
        answer = await runtime.worker_init_request(asked)
        if answer.result.status != 1:
            return {"refused": str(answer.result.exception.message)}
        found = (await runtime.functions_metadata_request(Message())).function_metadata_results or []
        self._names = {one.function_id: one.name for one in found}
        return {"functions": [_described(one) for one in found]}

    async def serve(self, requests: asyncio.StreamReader) -> None:
        """Until the host closes its end."""
        while line := await requests.readline():
            task = asyncio.create_task(self._invoke(json.loads(line)))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _invoke(self, asked: Mapping[str, Any]) -> None:
        from azure_functions_runtime.native_invocation import invocation_request_native

        number = asked["id"]
        self._running[number] = self._names.get(asked["function"], "")
        ok, returned, outputs, error, trace = await invocation_request_native(
            number,
            asked["function"],
            [(name, _datum(given)) for name, given in asked["inputs"]],
            {name: _datum(given) for name, given in asked["metadata"].items()},
            retry_count=asked["retry"],
            max_retry_count=asked["retries"],
        )
        self._running.pop(number)
        given = [[name, _told(each)] for name, each in outputs]
        self.say({"id": number, "ok": ok, "return": _told(returned), "outputs": given, "error": error, "trace": trace})

    def log(self, record: logging.LogRecord, text: str) -> None:
        from azure_functions_runtime import invocation_id_cv

        name = self._running.get(invocation_id_cv.get() or "", "")
        ours = record.name.startswith("azure.functions") or record.name.startswith("azure_functions")
        category = "Worker" if ours else f"Function.{name}.User" if name else "Function.User"
        self.say({"log": text, "level": _LEVELS.get(record.levelno, "Information"), "category": category})


class Logs(logging.Handler):
    """What the app and the runtime log goes to the host, which decides by host.json."""

    def __init__(self, front: Front) -> None:
        super().__init__()
        self._front = front

    def emit(self, record: logging.LogRecord) -> None:
        self._front.log(record, self.format(record))


def _protocol() -> SimpleNamespace:
    """The message classes that the runtime makes its answers of, without protobuf."""
    kinds = {name: type(name, (Message,), {}) for name in (*_MESSAGES, "FunctionMetadataResponse")}
    result = type("StatusResult", (Message,), {"Success": 1, "Failure": 0})
    binding = type("BindingInfo", (Message,), {"undefined": 0, "out": 1, "inout": 2})
    return SimpleNamespace(StatusResult=result, BindingInfo=binding, **kinds)


def _described(one: Any) -> Answer:
    kept = vars(one.retry_options) if one.retry_options is not None else {}
    retry = {name: getattr(value, "seconds", value) for name, value in kept.items()}
    return {"name": one.name, "id": one.function_id, "bindings": list(one.raw_bindings), "retry": retry}


def _datum(given: Mapping[str, Any]) -> Any:
    """TypedData of the wire → the runtime's own type."""
    from azure_functions_runtime.bindings.datumdef import Datum

    kind, value = given["type"], given["value"]
    if kind == "collection_string":
        value = SimpleNamespace(string=value)
    elif kind == "bytes":
        value = bytes.fromhex(value)
    elif kind == "http":
        parts = {
            name: {key: _datum(each) for key, each in value[name].items()} for name in ("headers", "query", "params")
        }
        value = {**parts, **{name: _datum(value[name]) for name in ("method", "url", "body")}}
    return Datum(value, kind)


def _told(datum: Any) -> Any:
    """The runtime's own type → what JSON can say."""
    if datum is None or datum.type is None:
        return None
    value = datum.value
    if datum.type == "http":
        value = {
            "status": _told(value["status_code"])["value"],
            "headers": {name: _told(each)["value"] for name, each in value["headers"].items()},
            "body": _told(value["body"]),
        }
    return {"type": datum.type, "value": value.hex() if isinstance(value, bytes) else value}


async def main(app: str, answers: IO[bytes]) -> None:
    front = Front(answers, app)
    logging.basicConfig(level=logging.INFO, format="%(message)s", handlers=[Logs(front)], force=True)
    sys.path.insert(0, app)
    os.chdir(app)
    requests = asyncio.StreamReader(limit=_LONGEST_LINE)
    await asyncio.get_running_loop().connect_read_pipe(lambda: asyncio.StreamReaderProtocol(requests), sys.stdin)
    front.say(await front.index())
    await front.serve(requests)
    os._exit(0)


if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    private = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    asyncio.run(main(sys.argv[1], private))
