"""The one thing that ends a seed: something that must never be was so."""


class Violation(AssertionError):
    """An invariant does not hold."""
