"""`python -m tests.fuzz.guided TARGET FINDINGS OPTION…`: one target under the fuzzer, in a process of its own.

What is found is kept and the fuzzer goes on; only what takes the process down stops it. A warning is a finding too.
"""

import os
import sys
import warnings
from importlib import import_module
from pathlib import Path

from tests.fuzz.findings import kept

NICE = 10


def main(name: str, folder: Path, options: list[str]) -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import atheris

        with atheris.instrument_imports(include=["shared", "connectors"]):
            targets = import_module("tests.fuzz.targets")
    warnings.simplefilter("error")
    target, checked = targets.TARGETS[name], targets.checked

    def one(data: bytes) -> None:
        try:
            checked(target, data)
        except Exception as error:
            kept(folder, data, error)

    atheris.Setup([sys.argv[0], *options], one)
    atheris.Fuzz()


if __name__ == "__main__":
    os.nice(NICE)
    main(sys.argv[1], Path(sys.argv[2]), sys.argv[3:])
