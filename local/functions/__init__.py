"""A small host for function apps: Microsoft's own Python runtime in worker processes, triggers as Azure fires them.

For tests and a developer's machine; never deployed. `README.md` says what is emulated, assumed and not there.
"""
