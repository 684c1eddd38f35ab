"""The triggers Azure runs: each opens one door of the engine; nothing is decided, read or connected here."""

from typing import List  # noqa: UP035 - the Functions runtime knows a batch by this name only

import azure.functions as func

from shared import queues
from shared.azure import Doors, beside, build

app = func.FunctionApp()
doors = Doors(build)

SERVICE_BUS = "ServiceBus"
"""The prefix of the app settings that say where the namespace is and who signs in."""


@app.timer_trigger(arg_name="timer", schedule="%JOINLY_POLL_SCHEDULE%", use_monitor=True)
async def poll(timer: func.TimerRequest) -> None:
    """HR says who works here."""
    await doors.poll()


@app.timer_trigger(arg_name="timer", schedule="%JOINLY_FOLLOW_SCHEDULE%", use_monitor=True)
async def follow(timer: func.TimerRequest) -> None:
    """Targets say what changed there (Graph delta)."""
    await doors.follow()


@app.timer_trigger(arg_name="timer", schedule="%JOINLY_WAKE_SCHEDULE%", use_monitor=True)
async def wake(timer: func.TimerRequest) -> None:
    """A day has come for somebody, or the policy is another one."""
    await doors.wake()


@app.timer_trigger(arg_name="timer", schedule="%JOINLY_SWEEP_SCHEDULE%", use_monitor=True)
async def sweep(timer: func.TimerRequest) -> None:
    """What was refused or is still marked is looked at again."""
    await doors.sweep()


@app.service_bus_queue_trigger(
    arg_name="message", queue_name=queues.CHANGES, connection=SERVICE_BUS, is_sessions_enabled=True
)
async def changes(message: func.ServiceBusMessage) -> None:
    """Map one person."""
    await doors.answer(queues.CHANGES, [message.get_body()], [beside(message)])


@app.service_bus_queue_trigger(
    arg_name="messages",
    queue_name=queues.ADMIT,
    connection=SERVICE_BUS,
    is_sessions_enabled=True,
    cardinality=func.Cardinality.MANY,
)
async def admit(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    """Decide what is ready. All doorbells say the same, and an import rings one for everybody: one look serves all."""
    await doors.answer(queues.ADMIT, [message.get_body() for message in messages], list(map(beside, messages)))


@app.service_bus_queue_trigger(
    arg_name="message", queue_name=queues.PROVISIONING_NOW, connection=SERVICE_BUS, is_sessions_enabled=True
)
async def provisioning_now(message: func.ServiceBusMessage) -> None:
    """Bring one account in line, at once."""
    await doors.answer(queues.PROVISIONING_NOW, [message.get_body()], [beside(message)])


@app.service_bus_queue_trigger(
    arg_name="message", queue_name=queues.PROVISIONING, connection=SERVICE_BUS, is_sessions_enabled=True
)
async def provisioning(message: func.ServiceBusMessage) -> None:
    """Bring one account in line, at the time that was reserved for it."""
    await doors.answer(queues.PROVISIONING, [message.get_body()], [beside(message)])
