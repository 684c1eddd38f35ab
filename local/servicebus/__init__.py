"""A Service Bus namespace on loopback that the real azure-servicebus SDK talks to; for tests and the sandbox only."""

from local.servicebus.broker import Broker

__all__ = ["Broker"]
