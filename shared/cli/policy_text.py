"""A policy from where POLICY says it is; its mistakes become lines an editor can jump to: file:line:column: key: text.

POLICY is the policy's own file, a data folder with an active policy, or the settings of a deployment (`*.env`).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from textwrap import indent

from shared.cli.ending import FAILED, Ended
from shared.cli.place import POLICIES, is_data_folder, is_deployment
from shared.errors import Misconfigured
from shared.policies import Policies
from shared.policy_file import Mistake, PolicyInvalid, PolicyText, load
from shared.policy_folder import FolderShelf

Given = tuple[PolicyText, Path]
"""A policy, and what its mistakes are shown with."""


def policies_in(data: Path) -> Policies:
    return Policies(FolderShelf(data / POLICIES))


async def text_of(place: Path) -> Given:
    """The policy in a file, or the active one in a data folder; and what its mistakes are shown with.

    Raises what `read_policy` raises, and `TryLater`.
    """
    if not is_data_folder(place):
        return read_policy(place), place
    policies = policies_in(place)
    activation = await policies.activation()
    label = place / f"policy {activation.version}" if activation else place
    with refusing(label):
        return await policies.active(), label


def read_policy(path: Path) -> PolicyText:
    """Raises `Ended` with every mistake or, when the file cannot be read, `Misconfigured`."""
    with refusing(path):
        return load(text_in(path))


def text_in(path: Path) -> str:
    """The text of a policy's file. Raises `Misconfigured` when it cannot be read."""
    if is_deployment(path):
        raise Misconfigured(
            f"{path}: it names a deployment, and this needs a policy's own file; `joinly policy show {path}` prints one"
        )
    try:
        return path.read_text(encoding="utf-8-sig")
    except FileNotFoundError:
        raise Misconfigured(f"{path}: there is no such file; POLICY is a YAML file") from None
    except IsADirectoryError:
        raise Misconfigured(f"{path}: it is a folder; name the policy's own file") from None
    except UnicodeDecodeError:
        raise Misconfigured(f"{path}: it is not UTF-8 text; save it as UTF-8") from None
    except OSError as error:
        raise Misconfigured(f"{path}: it cannot be read ({error.strerror})") from None


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
