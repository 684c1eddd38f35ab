"""How a command ends: one clear message on stderr, and an exit code that says which kind of end it was."""

import os
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from shared.errors import Misconfigured, Refused, TryLater

OK, FAILED, MISUSED, BUG, LATER = 0, 1, 2, 70, 75
"""70 and 75 are EX_SOFTWARE and EX_TEMPFAIL of sysexits.h."""
INTERRUPTED, PIPE_CLOSED, TERMINATED = 130, 141, 143
"""128 and the number of the signal, as a shell says it."""

EXIT_CODES = """\b
Exit codes:
  0    done; what is held waits for a person and is no failure
  1    something is wrong and must be repaired; stderr says what and where
  2    the command line was wrong
  70   a bug in Joinly; please report it
  75   not everything could be done now; run again later
  130  interrupted with Ctrl-C; what was done is kept, and 143 for SIGTERM"""

DEBUG = "JOINLY_DEBUG"
"""The environment variable that has a bug show its traceback, which may hold personal data."""

PROJECT = Path(__file__).resolve().parents[2]


class Ended(Exception):
    """The command ends here with this exit code; the message is printed as it is."""

    def __init__(self, message: str, code: int) -> None:
        super().__init__(message)
        self.code = code


def complain(message: str) -> None:
    """Say what is wrong, on stderr, in the form every Unix tool has."""
    click.echo(f"joinly: {message}", err=True)


def ended(program: Callable[[], Any]) -> int:
    """Run `program` to its end and give the exit code; whatever it raises becomes a message."""
    before = sys.stdout
    try:
        code = program()
        return code if isinstance(code, int) else OK
    except click.ClickException as error:
        error.show()
        return error.exit_code
    except Ended as end:
        if end.code == INTERRUPTED and sys.stderr.isatty():
            click.echo(err=True)  # the terminal's ^C stands on a line of its own
        click.echo(str(end), err=True)
        return end.code
    except (click.Abort, KeyboardInterrupt):
        complain("interrupted")
        return INTERRUPTED
    except (Misconfigured, Refused) as error:
        complain(str(error))
        return FAILED
    except TryLater as later:
        complain(f"{later}; try again later")
        return LATER
    except SystemExit as end:
        if sys.stdout is not before:  # click has replaced it: whoever read our output has gone
            return PIPE_CLOSED
        return end.code if isinstance(end.code, int) else FAILED
    except Exception as error:  # a bug of ours: its place is named, its text may hold personal data and is not
        if os.environ.get(DEBUG):
            traceback.print_exc()
        complain(f"a bug in Joinly: {place_of(error)}; please report it ({DEBUG}=1 shows where it came from)")
        return BUG


def place_of(error: BaseException) -> str:
    """The kind of `error` and the innermost line of ours that it came through; never its text."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [frame for frame in frames if _is_ours(Path(frame.filename))]
    where = f" at {Path(ours[-1].filename).relative_to(PROJECT)}:{ours[-1].lineno}" if ours else ""
    return f"{type(error).__name__}{where}"


def _is_ours(file: Path) -> bool:
    return file.is_relative_to(PROJECT) and "site-packages" not in file.parts
