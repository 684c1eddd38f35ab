"""In worker processes of these tests, what a dead worker held is free again after seconds instead of minutes."""

import sys
from datetime import timedelta

if any(part.endswith("local/functions/worker.py") for part in sys.orig_argv):
    from shared.engine import cohorts, desk, members, turns

    cohorts.PATIENCE = timedelta(seconds=20)
    desk.LEASE = timedelta(seconds=20)
    members.AGAIN = timedelta(seconds=20)
    turns.HELD, turns.SIGN = timedelta(seconds=15), timedelta(seconds=4)
