"""Names of files: which are never an export, and the pattern that stands for many and says their order. Pure."""

import re
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath

_UNFINISHED = re.compile(r"\..*|~\$.*|.*~|.*\.(?:tmp|temp|part|partial|filepart|crdownload|swp)", re.IGNORECASE)
"""Hidden files, a spreadsheet's locks, and what programs call a file while they write it."""

_PARTS = {
    "{yyyy}": r"(?P<a>[0-9]{4})",
    "{mm}": r"(?P<b>0[1-9]|1[0-2])",
    "{dd}": r"(?P<c>0[1-9]|[12][0-9]|3[01])",
    "{hh}": r"(?P<d>[01][0-9]|2[0-3])",
    "{mi}": r"(?P<e>[0-5][0-9])",
    "{ss}": r"(?P<f>[0-5][0-9])",
    "{n}": r"(?P<g>[0-9]{1,18})",
    "*": ".*",
}
_TOKEN = re.compile(r"\{[^{}]*\}|\*")
_NEEDS = {"{mm}": "{yyyy}", "{dd}": "{mm}", "{hh}": "{dd}", "{mi}": "{hh}", "{ss}": "{mi}"}


@dataclass(frozen=True)
class Names:
    """The files that a path stands for: one, or all in its folder whose name fits."""

    path: str

    @property
    def folder(self) -> str:
        """Where they are; "" for the place itself."""
        head, slash, _ = self.path.rpartition("/")
        return head or slash

    @property
    def name(self) -> str:
        return self.path.rpartition("/")[2]

    @property
    def many(self) -> bool:
        return _TOKEN.search(self.name) is not None

    @property
    def ordered(self) -> bool:
        """Whether the names themselves say which file is the newest."""
        return any(part in _PARTS and part != "*" for part in _TOKEN.findall(self.name))

    @cached_property
    def _pattern(self) -> re.Pattern[str]:
        parts = re.split(r"(\{[^{}]*\}|\*)", self.name)
        return re.compile("".join(_PARTS.get(part, re.escape(part)) for part in parts), re.IGNORECASE)

    def order(self, name: str) -> str | None:
        """The greater, the newer; None for a file that is none of these. "" when its name says nothing about it."""
        match = self._pattern.fullmatch(name)
        if match is None or unfinished(name):
            return None
        return ".".join(part.zfill(18) if kind == "g" else part for kind, part in sorted(match.groupdict().items()))


def unfinished(name: str) -> bool:
    """Whether a file of this name is never an export: still being written, hidden, or a lock."""
    return _UNFINISHED.fullmatch(name) is not None


def checked_path(path: str) -> str:
    """The path, when it can be read; raises `ValueError`."""
    names = Names(path)
    tokens = _TOKEN.findall(names.name)
    if _TOKEN.search(names.folder):
        raise ValueError("only the last part of a path may stand for many files")
    strange = sorted({token for token in tokens if token not in _PARTS})
    if strange:
        raise ValueError(f"{', '.join(strange)} in a path means nothing; there are {' '.join(_PARTS)}")
    if twice := sorted({one for one in tokens if one != "*" and tokens.count(one) > 1}):
        raise ValueError(f"{', '.join(twice)} stands in a path twice")
    if lonely := sorted({token for token in tokens if _NEEDS.get(token, token) not in tokens}):
        raise ValueError(f"{', '.join(lonely)} in a path tells no order without {_NEEDS[lonely[0]]}")
    if unfinished(names.name) and not names.many:
        raise ValueError("a file of this name is hidden or still being written; name the finished one")
    return path


def controls(name: str, ending: str) -> tuple[str, str]:
    """What the control file of a file may be called."""
    return name + ending, PurePosixPath(name).stem + ending
