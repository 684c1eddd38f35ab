"""The one logger: a short sentence for whoever reads, and the same as fields for whoever asks; ids and names only."""

import logging

LOG = logging.getLogger("joinly")


def info(sentence: str, **fields: str | int) -> None:
    """What went as it should."""
    _say(logging.INFO, sentence, fields)


def warning(sentence: str, **fields: str | int) -> None:
    """What comes right by itself, or waits."""
    _say(logging.WARNING, sentence, fields)


def error(sentence: str, **fields: str | int) -> None:
    """What a person must look at."""
    _say(logging.ERROR, sentence, fields)


def _say(level: int, sentence: str, fields: dict[str, str | int]) -> None:
    if LOG.isEnabledFor(level):
        LOG.log(level, "%s", sentence, extra={f"joinly.{name}": value for name, value in fields.items() if value != ""})
