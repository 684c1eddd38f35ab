"""A policy for a sandbox → the same policy for the simulated tenant and HR files of the local Azure."""

from io import StringIO
from pathlib import Path

from ruamel.yaml import YAML

from local.sandbox import Sandbox
from shared.policy import Policy


def at_home(text: str, beside: Path, tenant: Sandbox) -> str:
    """`text` with the tenant's id and address in place of `sandbox`, and paths of files that hold everywhere."""
    yaml = YAML()
    yaml.width = 4096
    found = yaml.load(text)
    for target in found["targets"].values():
        if target["settings"].get("tenant") == "sandbox":
            target["settings"] |= {"tenant": tenant.tenant.id, **tenant.settings(target["connector"])}
    for source in found["sources"].values():
        if "path" in source["settings"]:
            source["settings"]["path"] = str((beside / source["settings"]["path"]).resolve())
    written = StringIO()
    yaml.dump(found, written)
    return written.getvalue()


def secrets_of(policy: Policy) -> tuple[frozenset[str], frozenset[str]]:
    """The names of the secrets of its sources, and of its targets."""
    sources = (source.settings for source in policy.sources.values())
    targets = (target.settings for target in policy.targets.values())
    return frozenset(_named([*sources])), frozenset(_named([*targets]))


def _named(value: object) -> set[str]:
    if isinstance(value, str):
        return {value.removeprefix("secret:")} if value.startswith("secret:") else set()
    inner = value.values() if isinstance(value, dict) else value if isinstance(value, list | tuple) else ()
    return {name for one in inner for name in _named(one)}
