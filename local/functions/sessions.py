"""One queue trigger on one instance: sessions are accepted, their messages given to the worker and settled.

https://learn.microsoft.com/azure/azure-functions/functions-bindings-service-bus-trigger: a success completes, a failure
abandons, and the broker dead-letters what failed too often. One message at a time a session, or one
batch, whose lock is not renewed.
"""

import asyncio
import contextlib
from collections.abc import Sequence

from azure.core.exceptions import AzureError
from azure.servicebus import NEXT_AVAILABLE_SESSION, ServiceBusReceivedMessage
from azure.servicebus.aio import AutoLockRenewer, ServiceBusClient, ServiceBusReceiver
from azure.servicebus.exceptions import OperationTimeoutError

from local.functions import messages
from local.functions.host_json import BusOptions
from local.functions.instance import Call, Failed, Instance
from local.functions.reports import Report
from local.functions.triggers import Function, Queue

ACCEPTING = 4
"""Sessions asked for at once; .NET's processor asks for twice as many as there are cores."""
_WAIT = 30.0
_OPENING = 2.0
"""Seconds after which a connection is open: the SDK forgets to close one that is given up while it is being opened."""
_PAUSE = 2.0
_BROKEN = (AzureError, OSError, TimeoutError, ValueError)


class Sessions:
    def __init__(
        self,
        function: Function,
        queue: Queue,
        client: ServiceBusClient,
        options: BusOptions,
        instance: Instance,
        report: Report,
    ) -> None:
        self._function, self._queue, self._client = function, queue, client
        self._options, self._instance, self._report = options, instance, report
        self._accepting = asyncio.Semaphore(ACCEPTING)
        self._loops: set[asyncio.Task[None]] = set()
        self._working: set[asyncio.Task[None]] = set()
        self._draining = False
        self._asked = 0.0
        self._renewer = AutoLockRenewer()
        self.held = 0
        """Sessions that are open now."""

    def start(self) -> None:
        self._loops = {asyncio.create_task(self._loop()) for _ in range(self._options.sessions)}

    async def drain(self, seconds: float) -> None:
        """Take nothing new, let what is in hand end within `seconds`, then let go of the rest."""
        self._draining = True
        await asyncio.sleep(self._asked + _OPENING - asyncio.get_running_loop().time())
        for task in self._loops - self._working:
            task.cancel()
        if self._working:
            await asyncio.wait(set(self._working), timeout=seconds)
        for task in self._loops:
            task.cancel()
        await asyncio.gather(*self._loops, return_exceptions=True)
        await self._renewer.close()

    async def _loop(self) -> None:
        while not self._draining:
            await self._instance.ready()
            receiver = await self._accept()
            if receiver is None:
                continue
            self.held += 1
            try:
                await self._session(receiver)
            except _BROKEN as error:
                self._say("Warning", f"a session ended with {type(error).__name__}")
            finally:
                self.held -= 1
                with contextlib.suppress(*_BROKEN):
                    await receiver.close()

    async def _accept(self) -> ServiceBusReceiver | None:
        async with self._accepting:
            if self._draining:
                return None
            self._asked = asyncio.get_running_loop().time()
            receiver = self._client.get_queue_receiver(
                self._queue.queue,
                session_id=NEXT_AVAILABLE_SESSION,
                max_wait_time=_WAIT,
                prefetch_count=self._options.prefetch,
            )
            try:
                await receiver.__aenter__()
            except OperationTimeoutError:
                await receiver.close()
                return None
            except _BROKEN as error:
                self._say("Error", f"no session of {self._queue.queue} can be accepted ({type(error).__name__})")
                await receiver.close()
                await asyncio.sleep(_PAUSE)
                return None
            except BaseException:
                await receiver.close()
                raise
            return receiver

    async def _session(self, receiver: ServiceBusReceiver) -> None:
        longest = 0.0 if self._queue.many else self._options.renew_for.total_seconds()
        if longest:  # the SDK takes 0 for its own five minutes
            self._renewer.register(receiver, receiver.session, max_lock_renewal_duration=longest)
        most = self._options.batch if self._queue.many else 1
        idle = self._options.idle.total_seconds()
        while not self._draining:
            received = await receiver.receive_messages(most, max_wait_time=idle)
            if not received:
                return
            await self._worked(receiver, received)

    async def _worked(self, receiver: ServiceBusReceiver, received: Sequence[ServiceBusReceivedMessage]) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._working.add(task)
        try:
            settle = receiver.complete_message if await self._handled(received) else receiver.abandon_message
            if settle == receiver.abandon_message or self._options.auto_complete:
                for message in received:
                    await settle(message)
        finally:
            if task is not None:
                self._working.discard(task)

    async def _handled(self, received: Sequence[ServiceBusReceivedMessage]) -> bool:
        data, metadata = messages.many(received) if self._queue.many else messages.one(received[0])
        call = Call(self._function.id, [(self._function.parameter, data)], metadata)
        try:
            await self._instance.invoke(call)
        except Failed as error:
            self._report.broke(self._function.name, str(error))
            return False
        self._report.succeeded(self._function.name)
        return True

    def _say(self, level: str, text: str) -> None:
        self._report.log(f"Function.{self._function.name}", level, text)
