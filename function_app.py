"""The triggers Azure runs: each opens one door of the engine; nothing is decided, read or connected here.

There are two apps of this one package. Which of these functions an app has is its role, by `shared/azure/triggers.py`.
"""

import os
from typing import List  # noqa: UP035 - the Functions runtime knows a batch by this name only

import azure.functions as func

from shared import queues
from shared.azure import Doors, beside, deploy, triggers
from shared.azure.pages import Pages
from shared.azure.registering import registering

app = func.FunctionApp()
doors = Doors(deploy)
pages = Pages(doors)
on = registering(app, triggers.registered(os.environ))


@on(triggers.POLL)
async def poll(timer: func.TimerRequest) -> None:
    """HR is to be asked who works here."""
    await doors.poll()


@on(triggers.GLANCE)
async def glance(timer: func.TimerRequest) -> None:
    """HR is to be asked whom it has changed."""
    await doors.glance()


@on(triggers.FOLLOW)
async def follow(timer: func.TimerRequest) -> None:
    """Targets say what changed there (Graph delta)."""
    await doors.follow()


@on(triggers.WAKE)
async def wake(timer: func.TimerRequest) -> None:
    """A day has come for somebody, or the policy is another one."""
    await doors.wake()


@on(triggers.SWEEP)
async def sweep(timer: func.TimerRequest) -> None:
    """What was refused or is still marked is looked at again."""
    await doors.sweep()


@on(triggers.TOKENS)
async def tokens(timer: func.TimerRequest) -> None:
    """Consents are renewed before they die."""
    await doors.tokens()


@on(triggers.RETENTION)
async def retention(timer: func.TimerRequest) -> None:
    """What has been kept for long enough is taken out."""
    await doors.retention()


@on(triggers.DIGEST)
async def digest(timer: func.TimerRequest) -> None:
    """People are told what waits for them."""
    await doors.digest()


@on(triggers.POLLS)
async def polls(message: func.ServiceBusMessage) -> None:
    """Read one HR system, or go on reading it."""
    await doors.answer(queues.POLLS, [message.get_body()], [beside(message)])


@on(triggers.CHANGES)
async def changes(message: func.ServiceBusMessage) -> None:
    """Map one person."""
    await doors.answer(queues.CHANGES, [message.get_body()], [beside(message)])


@on(triggers.ADMIT)
async def admit(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    """Decide what is ready. All doorbells say the same, and an import rings one for everybody: one look serves all."""
    await doors.answer(queues.ADMIT, [message.get_body() for message in messages], list(map(beside, messages)))


@on(triggers.PROVISIONING_NOW)
async def provisioning_now(message: func.ServiceBusMessage) -> None:
    """Bring one account in line, at once."""
    await doors.answer(queues.PROVISIONING_NOW, [message.get_body()], [beside(message)])


@on(triggers.PROVISIONING)
async def provisioning(message: func.ServiceBusMessage) -> None:
    """Bring one account in line, at the time that was reserved for it."""
    await doors.answer(queues.PROVISIONING, [message.get_body()], [beside(message)])


@on(triggers.MEMBERSHIPS)
async def memberships(messages: List[func.ServiceBusMessage]) -> None:  # noqa: UP006
    """Grant one group to whoever waits for it. Each of them rings for it, and one look serves all."""
    await doors.answer(queues.MEMBERSHIPS, [message.get_body() for message in messages], list(map(beside, messages)))


@on(triggers.HEALTH)
async def health(request: func.HttpRequest) -> func.HttpResponse:
    """Whether this app can do its work; anybody may ask."""
    return await pages(triggers.HEALTH, request)


@on(triggers.LIST_HOLDS)
async def list_holds(request: func.HttpRequest) -> func.HttpResponse:
    """What waits for a person."""
    return await pages(triggers.LIST_HOLDS, request)


@on(triggers.SHOW_HOLD)
async def show_hold(request: func.HttpRequest) -> func.HttpResponse:
    """One thing that waits or a list, whole."""
    return await pages(triggers.SHOW_HOLD, request)


@on(triggers.APPROVE_HOLD)
async def approve_hold(request: func.HttpRequest) -> func.HttpResponse:
    """Somebody says yes."""
    return await pages(triggers.APPROVE_HOLD, request)


@on(triggers.REJECT_HOLD)
async def reject_hold(request: func.HttpRequest) -> func.HttpResponse:
    """Somebody says no."""
    return await pages(triggers.REJECT_HOLD, request)


@on(triggers.SNOOZE_HOLD)
async def snooze_hold(request: func.HttpRequest) -> func.HttpResponse:
    """Somebody says not now."""
    return await pages(triggers.SNOOZE_HOLD, request)
