"""Fuzzing led by coverage: whatever a customer or HR may write, the pure core answers or refuses, in bounded time."""
