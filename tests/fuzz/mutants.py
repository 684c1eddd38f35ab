"""Inputs made from seeds by chance that can be repeated: how the targets are tried where no fuzzer runs."""

from collections.abc import Iterator
from random import Random

from tests.fuzz.laws import Target


def mutants(target: Target, count: int, seed: int) -> Iterator[bytes]:
    """So many inputs; the same ones for the same seed."""
    dice = Random(seed)
    seeds = list(target.seeds())
    for _ in range(count):
        data = dice.choice(seeds)
        for _ in range(dice.randint(1, 5)):
            data = _changed(data, target.words, seeds, dice)
        yield data[: target.longest]


def _changed(data: bytes, words: tuple[str, ...], seeds: list[bytes], dice: Random) -> bytes:
    at = dice.randint(0, len(data))
    end = min(len(data), at + dice.randint(1, 8))
    match dice.randint(0, 5):
        case 0:
            return data[:at] + dice.randbytes(1) + data[at + 1 :]
        case 1:
            return data[:at] + data[end:]
        case 2:
            return data[:at] + dice.choice(words).encode("utf-8", "surrogatepass") + data[at:]
        case 3:
            return data[:at] + data[at:end] * dice.randint(2, 40) + data[end:]
        case 4:
            other = dice.choice(seeds)
            return data[:at] + other[dice.randint(0, len(other)) :]
        case _:
            return data[:at] + dice.randbytes(dice.randint(1, 4)) + data[at:]
