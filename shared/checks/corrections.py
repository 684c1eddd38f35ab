"""A target that writes into HR's own records, held against its connector: what it can never do is refused. Pure."""

from collections.abc import Iterator

from shared.connector import Manifest
from shared.policy import Mode, TargetPolicy
from shared.policy_file import Mistake, PolicyText


def corrections(
    found: PolicyText, path: tuple[str, str], target: TargetPolicy, manifest: Manifest
) -> Iterator[Mistake]:
    """Whose records they are must be a source of the same system, and what is written a name given elsewhere."""
    if target.writes_back is None:
        if manifest.corrects:
            way = "correlate" if target.correlate else "follows"
            text = f"{manifest.name} holds records of HR; name with writes_back the source whose records they are"
            yield found.mistake((*path, way), text)
        return
    if not manifest.corrects:
        text = f"{manifest.name} makes accounts of its own; write correlate instead"
        yield found.mistake((*path, "writes_back"), text)
        return
    source = found.policy.sources.get(target.writes_back)
    if source is None or source.connector != manifest.name:
        text = f"name a source that is read by {manifest.name}, whose records these are"
        yield found.mistake((*path, "writes_back"), text)
    if not target.reads:
        text = "nothing here reads a name given elsewhere, such as [entra.userPrincipalName]; HR knows the rest itself"
        yield found.mistake((*path, "attributes"), text)
    for name, mapping in target.attributes.items():
        here = (*path, "attributes", name)
        if mapping.value.tried:
            text = f"{name} of a record of HR is not tried until it is free; name what was given elsewhere"
            yield found.mistake(here, text)
        if mapping.mode is Mode.CREATE_ONLY:
            yield found.mistake(
                (*here, "mode"), "records of HR are never created; write enforce, on_change or if_empty"
            )
