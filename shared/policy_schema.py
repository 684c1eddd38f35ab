"""The JSON Schema of a policy (draft 2020-12), for editors: generated from the models, the same text every time.

`python -m shared.policy_schema > docs/policy.schema.json` writes it. It completes and checks what a model alone can
know; `joinly validate` also compiles expressions and asks the connectors.
"""

import json
import sys
from typing import Any

from shared.policy import Policy
from shared.policy.grants import KINDS

DRAFT = "https://json-schema.org/draft/2020-12/schema"
SCALAR = {"type": ["boolean", "number", "string"]}


def schema() -> dict[str, Any]:
    """The models' own schema, with the short forms they accept and without what says nothing to an editor."""
    made = Policy.model_json_schema(by_alias=True)
    defs = made.pop("$defs")
    defs["AttributePolicy"] = {"anyOf": [defs["AttributePolicy"]["properties"]["value"], defs["AttributePolicy"]]}
    one_of = {"type": "array", "items": SCALAR, "minItems": 1}
    long = {**defs["Test"]["properties"], "one_of": one_of, "present": {"enum": [True, False, "yes", "no"]}}
    defs["Test"] = {"anyOf": [SCALAR, one_of, {**defs["Test"], "properties": long, "minProperties": 1}]}
    for name in ("Grant", "Named"):
        defs[name]["oneOf"] = [{"required": [kind]} for kind in KINDS]
    defs["Leave"]["anyOf"] = [{"required": ["when"]}, {"required": ["begins"]}]
    for days in defs["TimingRule"]["properties"].values():
        days.pop("default", None)  # what a rule leaves out is as around it, whatever that is
    return {"$schema": DRAFT, "title": "Joinly policy", **_tidy({**made, "$defs": defs})}


def text() -> str:
    """The schema as the file holds it."""
    return json.dumps(schema(), indent=2, ensure_ascii=False) + "\n"


def _tidy(node: Any, *, names: bool = False) -> Any:
    """Without generated titles and the defaults of whole parts, and without null where it means «left out».

    `names` says that the keys of `node` are names of a policy or of a definition, and no words of the schema.
    """
    if isinstance(node, list):
        return [_tidy(item) for item in node]
    if not isinstance(node, dict):
        return node
    kept = {key: value for key, value in node.items() if names or key != "title"}
    if not names and "patternProperties" in kept:
        kept["additionalProperties"] = False
    if not names and isinstance(kept.get("default", ""), dict | list | None):
        kept.pop("default")
        kinds = [kind for kind in kept.pop("anyOf", ()) if kind != {"type": "null"}]
        kept = {**kept, **(kinds[0] if len(kinds) == 1 else {"anyOf": kinds} if kinds else {})}
    return {key: _tidy(value, names=key in ("properties", "$defs") and not names) for key, value in kept.items()}


if __name__ == "__main__":
    sys.stdout.write(text())
