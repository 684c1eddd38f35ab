"""What is not needed is not loaded: nothing heavy by indexing, no SDK while nobody listens, no model of Graph."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]

HEAVY = (
    *("aiohttp", "azure.core", "azure.data", "azure.identity", "azure.keyvault", "azure.monitor", "azure.servicebus"),
    *("azure.storage", "click", "cryptography", "httpx", "kiota_abstractions", "lark", "msgraph", "opentelemetry.sdk"),
    *("pydantic", "re2", "requests", "rich", "ruamel", "shared.engine", "connectors.entra"),
)

UNAVOIDABLE = {"msgraph.generated", "msgraph.generated.base_graph_service_client"}
"""What the package msgraph imports by itself, whatever of it is wanted: no model, and no request of one."""

INDEXING = """
import sys
import function_app
print(len(sys.modules), *sorted(sys.modules))
"""
RUNNING = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = ["tests/azure"]
import pytest
from azure_world import opened

async def main(folder):
    with pytest.MonkeyPatch.context() as patch:
        async with opened(Path(folder), patch) as world:
            world.hr("001;Anneke;Vermeulen;2020-01-01;;Sales;")
            await world.run()
            assert len(world.users()) == 1

asyncio.run(main(sys.argv[1]))
print(len(sys.modules), *sorted(sys.modules))
"""


def modules(program: str, *given: str) -> tuple[int, set[str]]:
    """What is loaded when a new interpreter has run it."""
    around = {"PATH": os.environ["PATH"], "JOINLY_ROLE": "both", "PYTHONPATH": str(ROOT)}
    run = [sys.executable, "-c", program, *given]
    done = subprocess.run(run, cwd=ROOT, env=around, capture_output=True, text=True, check=False)  # noqa: S603
    assert done.returncode == 0, done.stderr
    count, *names = done.stdout.split()
    return int(count), set(names)


def test_indexing_loads_nothing_heavy_and_not_many_modules() -> None:
    count, loaded = modules(INDEXING)
    assert [name for name in loaded if name in HEAVY or name.startswith(tuple(f"{one}." for one in HEAVY))] == []
    functions, _ = modules("import sys, azure.functions\nprint(len(sys.modules), '-')")
    assert count - functions <= 90


@pytest.mark.slow
def test_a_whole_run_loads_no_generated_model_of_graph_and_nothing_that_tells_of_us(tmp_path: Path) -> None:
    _, loaded = modules(RUNNING, str(tmp_path))
    assert "shared.engine" in loaded
    assert "connectors.entra" in loaded
    found = {name for name in loaded if name.startswith(("msgraph.generated", "azure.monitor", "opentelemetry.sdk"))}
    assert found == UNAVOIDABLE
