"""Fuzzing one target for some seconds: seeds and words go to files, a process runs, and its last words are read."""

import re
import subprocess
import sys
from dataclasses import dataclass
from hashlib import sha256
from importlib.util import find_spec
from pathlib import Path

from tests.fuzz.findings import PROJECT, explain, found
from tests.fuzz.laws import Target

HANGS = 20
"""Seconds by the clock after which an input stops the fuzzer; what hangs in Python is found earlier."""
REGRESSIONS = Path(__file__).parent / "regressions"
PROGRESS = re.compile(r"#(\d+)\s+\S+\s+cov: (\d+) ft: (\d+) corp: (\d+)/")


@dataclass(frozen=True, slots=True)
class Report:
    """What a campaign did. `findings` are files; `log` is what the fuzzer said."""

    executions: int
    per_second: int
    coverage: int
    features: int
    corpus: int
    findings: tuple[Path, ...]
    log: str

    def __str__(self) -> str:
        return (
            f"{self.executions:>10,} executions {self.per_second:>6,}/s  coverage {self.coverage:>5,}"
            f"  features {self.features:>6,}  corpus {self.corpus:>5,}  findings {len(self.findings)}"
        )


def available() -> bool:
    """Whether there is a fuzzer for this machine."""
    return find_spec("atheris") is not None


def fuzzed(name: str, target: Target, seconds: int, folder: Path) -> Report:
    """Fuzz one target; its corpus stays in the folder and is where the next campaign begins."""
    seeds, corpus, findings = (folder / kind / name for kind in ("seeds", "corpus", "findings"))
    for one in (seeds, corpus, findings):
        one.mkdir(parents=True, exist_ok=True)
    _sown([*target.seeds(), *(path.read_bytes() for path in (REGRESSIONS / name).glob("*"))], seeds)
    words = seeds.with_suffix(".dict")
    words.write_text("".join(map(_entry, target.words)), encoding="ascii")
    options = [
        f"-max_total_time={max(1, seconds)}",
        f"-timeout={HANGS}",
        f"-report_slow_units={HANGS}",
        f"-max_len={target.longest}",
        f"-dict={words}",
        f"-artifact_prefix={findings}/",
        "-print_final_stats=1",
    ]
    command = [sys.executable, "-m", "tests.fuzz.guided", name, str(findings), *options, str(corpus), str(seeds)]
    done = subprocess.run(command, cwd=PROJECT, capture_output=True, check=False)  # noqa: S603 - our own program
    log = done.stderr.decode("utf-8", "replace")
    for path in found(findings):
        explain(path, log)
    report = _read(log, tuple(found(findings)))
    if done.returncode and not report.findings:
        raise RuntimeError(f"the fuzzer of {name} ended with {done.returncode}:\n{log[-4000:]}")
    return report


def _sown(inputs: list[bytes], folder: Path) -> None:
    for old in folder.iterdir():
        old.unlink()
    for seed in inputs:
        (folder / sha256(seed).hexdigest()[:16]).write_bytes(seed)


def _entry(word: str) -> str:
    return '"' + "".join(f"\\x{byte:02x}" for byte in word.encode("utf-8", "surrogatepass")) + '"\n'


def _read(log: str, findings: tuple[Path, ...]) -> Report:
    progress = PROGRESS.findall(log)
    _, coverage, features, corpus = map(int, progress[-1]) if progress else (0, 0, 0, 0)
    counted = {name: int(value) for name, value in re.findall(r"stat::(\w+):\s+(\d+)", log)}
    return Report(
        executions=counted.get("number_of_executed_units", 0),
        per_second=counted.get("average_exec_per_sec", 0),
        coverage=coverage,
        features=features,
        corpus=corpus,
        findings=findings,
        log=log,
    )
