"""The page about the function app says what its list of triggers says, and its examples are right."""

import json
import re
from pathlib import Path

from ruamel.yaml import YAML

from shared import VERSION
from shared.azure.health import CHECKS
from shared.azure.holds_api import Said
from shared.azure.triggers import PREFIX, TRIGGERS, Listener, Role, Route, Timer
from shared.policy import Mail, Retention

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "app.md").read_text()


def when(trigger: Timer | Listener | Route) -> str:
    match trigger:
        case Timer():
            return f"`{trigger.default}`"
        case Listener():
            return "queue"
        case Route():
            return f"`{trigger.method} /{PREFIX}/{trigger.path}`"


def test_every_trigger_is_there_with_its_app_and_its_time() -> None:
    rows = re.findall(r"^\| `([a-z_-]+)` \| ([a-z, ]+) \| ([^|]+) \|", PAGE, re.MULTILINE)
    named = [one.queue if isinstance(one, Listener) else one.name for one in TRIGGERS]
    roles = [", ".join(role for role in Role if role in one.roles) for one in TRIGGERS]
    assert rows == list(zip(named, roles, map(when, TRIGGERS), strict=True))


def test_the_example_of_health_has_the_parts_of_the_answer() -> None:
    found = json.loads(re.findall(r"```json\n(.*?)```", PAGE, re.DOTALL)[0])
    assert found.keys() == {"status", "version", "role", "policy", "checks"}
    assert (found["version"], tuple(found["checks"])) == (VERSION, CHECKS)


def test_the_examples_of_the_policy_are_taken() -> None:
    found = {}
    for text in re.findall(r"```yaml\n(.*?)```", PAGE, re.DOTALL):
        found |= YAML(typ="safe").load(text)
    assert Retention.model_validate(found["retention"]).people == 365
    assert Mail.model_validate(found["digest"]).to == ("hr@contoso.nl", "it@contoso.nl")


def test_what_a_body_may_hold_is_named() -> None:
    assert all(f"`{name}`" in PAGE for name in Said.model_fields)
