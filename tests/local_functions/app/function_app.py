"""An app that writes down what it was given, one line of JSON each, and fails or takes its time when it is told to."""

import asyncio
import json
import logging
import os
from typing import List  # noqa: UP035

import azure.functions as func

app = func.FunctionApp()


def note(name: str, **details: object) -> None:
    with open(os.environ["NOTES"], "a", encoding="utf-8") as notes:
        notes.write(json.dumps({"function": name, "pid": os.getpid(), **details}) + "\n")


@app.timer_trigger(arg_name="timer", schedule="%TICK%", use_monitor=True)
async def tick(timer: func.TimerRequest) -> None:
    note("tick", past_due=timer.past_due)
    await asyncio.sleep(float(os.environ.get("TICK_SECONDS", "0")))
    note("tick ended")


@app.service_bus_queue_trigger(arg_name="message", queue_name="%ONE%", connection="Bus", is_sessions_enabled=True)
async def one(message: func.ServiceBusMessage) -> None:
    text = message.get_body().decode()
    about = {"session": message.session_id, "attempt": message.delivery_count}
    note("one", text=text, id=message.message_id, n=message.application_properties.get("n"), **about)
    if text.startswith("slow") and not os.path.exists(os.environ["NOTES"] + ".go"):
        await asyncio.sleep(60)
    if text.startswith("wait"):
        await asyncio.sleep(float(text.split()[1]))
    if text == "poison":
        raise ValueError("poisoned")
    note("one ended", text=text)


@app.service_bus_queue_trigger(
    arg_name="messages",
    queue_name="many",
    connection="Bus",
    is_sessions_enabled=True,
    cardinality=func.Cardinality.MANY,
)
async def many(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    note("many", texts=[one.get_body().decode() for one in messages], sessions=[one.session_id for one in messages])


@app.route(route="things/{id}", methods=["GET", "POST"], auth_level=func.AuthLevel.FUNCTION)
async def things(req: func.HttpRequest) -> func.HttpResponse:
    told = {"id": req.route_params["id"], "q": req.params.get("q"), "body": req.get_body().decode()}
    if told["q"] == "fail":
        raise ValueError("it fails")
    return func.HttpResponse(json.dumps(told), status_code=201, mimetype="application/json", headers={"x-a": "b"})


@app.route(route="health", auth_level=func.AuthLevel.ANONYMOUS)
def health(req: func.HttpRequest) -> str:
    logging.getLogger("app").warning("asked how it is")
    return "well"
