"""A policy from its file; its mistakes become lines an editor can jump to: file:line:column: key: what to do."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from shared.cli.ending import FAILED, Ended
from shared.errors import Misconfigured
from shared.policy_file import Mistake, PolicyInvalid, PolicyText, load


def read_policy(path: Path) -> PolicyText:
    """Raises `Ended` with every mistake or, when the file cannot be read, `Misconfigured`."""
    try:
        text = path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(f"{path}: there is no such file; POLICY is a YAML file") from None
    except IsADirectoryError:
        raise Misconfigured(f"{path}: it is a folder; name the policy's own file") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: it is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Misconfigured(f"{path}: it cannot be read ({error.strerror})") from None
    with refusing(path):
        return load(text)


@contextmanager
def refusing(path: Path) -> Iterator[None]:
    """Give the mistakes found in this block the name of the policy's file. Raises `Ended`."""
    try:
        yield
    except PolicyInvalid as invalid:
        raise Ended("\n".join(shown(path, one) for one in invalid.mistakes), FAILED) from None


def shown(path: Path, one: Mistake) -> str:
    """The mistake with the policy's file and, below it, what stands there."""
    line = f"{path}:{one}" if one.line else f"{path}: {one}"
    return f"{line}\n{indent(one.excerpt, '    ')}" if one.excerpt else line
