"""What was found: of every way to fail the smallest input so far, with its traceback beside it."""

import traceback
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
EXPLAINED = ".txt"


def kept(folder: Path, data: bytes, error: Exception) -> None:
    """Keep the input, unless a smaller one fails in the same way."""
    path = folder / signature(error)
    if path.exists() and path.stat().st_size <= len(data):
        return
    path.write_bytes(data)
    words = "".join(traceback.format_exception(error))
    path.with_suffix(EXPLAINED).write_text(words, encoding="utf-8", errors="backslashreplace")


def found(folder: Path) -> list[Path]:
    """The inputs in the folder, those of a fuzzer that was stopped by one included."""
    return sorted(path for path in folder.glob("*") if path.suffix != EXPLAINED)


def explain(path: Path, log: str) -> None:
    """Keep the log of a fuzzer that was stopped, beside the input that stopped it."""
    beside = path.with_suffix(EXPLAINED)
    if not beside.exists():
        beside.write_text(log[-10_000:], encoding="utf-8")


def explained(path: Path) -> str:
    """The last line of the traceback or log."""
    lines = path.with_suffix(EXPLAINED).read_text(encoding="utf-8").strip().splitlines()
    said = (line for line in reversed(lines) if not line.startswith(("stat::", "#", " ")))
    return next(said, "it stopped the fuzzer")


def signature(error: Exception) -> str:
    """Names a way to fail: what was raised, where, and by which law."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f"{frame.filename}:{frame.lineno}" for frame in frames if Path(frame.filename).is_relative_to(PROJECT)]
    digest = sha256("\n".join([type(error).__name__, *ours[-3:]]).encode()).hexdigest()[:8]
    return f"{type(error).__name__.lower()}-{digest}"


def smallest(fails: Callable[[bytes], bool], data: bytes) -> bytes:
    """What is left of an input when every piece is taken out without which it still fails."""
    size = len(data)
    while size >= 1:
        at = 0
        while at < len(data):
            shorter = data[:at] + data[at + size :]
            if len(shorter) < len(data) and fails(shorter):
                data = shorter
            else:
                at += size
        size //= 2
    return data
