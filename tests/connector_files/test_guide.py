"""The guide for HR says what is so: its settings load, and every setting and message it names exists."""

import re
from pathlib import Path
from textwrap import dedent
from typing import Any

import pytest
from csv_world import MAPPING
from ruamel.yaml import YAML

from connectors.files.complete import Complete
from connectors.files.places.settings import Blob, Sftp
from connectors.files.settings import Settings
from shared.policy import SourcePolicy

ROOT = Path(__file__).resolve().parents[2]
GUIDE = (ROOT / "docs" / "hr" / "files.md").read_text(encoding="utf-8")
BLOCKS = [dedent(text) for text in re.findall(r"```yaml\n(.*?)```", GUIDE, re.DOTALL)]


def loaded(text: str) -> dict[str, Any]:
    found = YAML(typ="safe", pure=True).load(text)
    assert isinstance(found, dict)
    return found["sources"]["hr"]["settings"] if "sources" in found else found


@pytest.mark.parametrize("text", BLOCKS, ids=str.split)
def test_every_example_is_settings_that_load(text: str) -> None:
    given = loaded(text)
    csv = {"encoding": "utf-8", "delimiter": ";"} if not str(given["path"]).endswith("json") else {}
    Settings.model_validate({**MAPPING, **csv, **given})


def test_every_setting_that_is_named_exists() -> None:
    models = (Settings, Complete, Blob, Sftp, SourcePolicy)
    known = {name for model in models for name in model.model_fields}
    named = set(re.findall(r"`(?:complete\.)?([a-z]+_[a-z_]+)(?:: [^`]*)?`", GUIDE))
    assert {"key_width", "trailer_counts_rows", "old_algorithms", "leave_when_missing_for"} <= named <= known


def test_every_message_it_explains_is_one_that_is_said() -> None:
    code = " ".join(
        path.read_text(encoding="utf-8")
        for path in [*(ROOT / "connectors" / "files").rglob("*.py"), ROOT / "shared" / "plausibility.py"]
    )
    code = re.sub(r'"\s*f?"', "", code)
    table = GUIDE.partition("| it says |")[2].partition("\n## ")[0]
    rows = [line.split("|")[1].strip() for line in table.splitlines() if line.startswith("| ")]
    assert len(rows) > 8
    for said in (one.strip() for row in rows for one in row.split(";")):
        pattern = ".{0,60}".join(re.escape(part.strip(" ,")) for part in said.split("…"))
        assert re.search(pattern, code), said
