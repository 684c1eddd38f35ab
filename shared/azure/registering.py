"""Triggers as the Functions library takes them; a function whose trigger the app has not is left alone."""

from collections.abc import Awaitable, Callable, Collection
from typing import Any, TypeVar

import azure.functions as func

from shared.azure.triggers import SERVICE_BUS, Listener, Route, Timer, Trigger

Handler = TypeVar("Handler", bound=Callable[..., Awaitable[Any]])
"""What a trigger calls; it stays callable as it is."""


def registering(app: func.FunctionApp, found: Collection[Trigger]) -> Callable[[Trigger], Callable[[Handler], Handler]]:
    """The decorator by which a function is called for a trigger, provided that it is among `found`."""

    def on(trigger: Trigger) -> Callable[[Handler], Handler]:
        def register(handler: Handler) -> Handler:
            if trigger in found:
                app.function_name(name=trigger.name)(_bound(app, trigger)(handler))
            return handler

        return register

    return on


def _bound(app: func.FunctionApp, trigger: Trigger) -> Callable[..., Any]:
    match trigger:
        case Timer(setting=setting):
            return app.timer_trigger(arg_name="timer", schedule=f"%{setting}%", use_monitor=True)
        case Listener(queue=queue, many=many):
            return app.service_bus_queue_trigger(
                arg_name="messages" if many else "message",
                queue_name=queue,
                connection=SERVICE_BUS,
                is_sessions_enabled=True,
                cardinality=func.Cardinality.MANY if many else func.Cardinality.ONE,
            )
        case Route(method=method, path=path):
            return app.route(
                route=path, methods=(method,), auth_level=func.AuthLevel.ANONYMOUS, trigger_arg_name="request"
            )
