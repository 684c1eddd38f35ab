"""Everything one customer decides, as one value."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from zoneinfo import ZoneInfo

from pydantic import Field, model_validator

from shared.expressions import Expression
from shared.policy.approvals import Approvals
from shared.policy.digest import Mail
from shared.policy.exceptions import Exceptions
from shared.policy.people import People
from shared.policy.retention import Retention
from shared.policy.source import SourcePolicy
from shared.policy.strict import Strict
from shared.policy.target import TargetPolicy
from shared.policy_fields import Name, Text, Zone


class Policy(Strict):
    """Everything one customer decides."""

    customer: str
    time_zone: Zone = ZoneInfo("Europe/Amsterdam")
    tables: Mapping[Text, Mapping[str, str]] = Field(default_factory=dict)
    """Tables that expressions look things up in: `Lookup("table", key, default)`."""
    exceptions: Exceptions = Exceptions()
    sources: Mapping[Name, SourcePolicy] = Field(min_length=1)
    targets: Mapping[Name, TargetPolicy] = Field(min_length=1)
    people: People | None = None
    """Without it each record of HR is somebody of their own."""
    approvals: Approvals = Approvals()
    retention: Retention = Retention()
    digest: Mail | None = None
    """Without it nobody is mailed."""

    @cached_property
    def manager_names(self) -> frozenset[str]:
        """The facts of managers that some expression reads."""
        return frozenset[str]().union(*(one.manager_names | one.manager_optional for one in self.expressions()))

    @cached_property
    def fact_names(self) -> frozenset[str]:
        """The facts of people that some expression reads."""
        return frozenset[str]().union(*(one.names | one.optional for one in self.expressions()))

    @cached_property
    def sponsoring(self) -> frozenset[str]:
        """The sources whose people may answer for externals."""
        return frozenset(one.external.sponsors_in for one in self.sources.values() if one.external is not None)

    def pointed_from(self, source: str) -> str:
        """The source in which the ids that records of `source` name, such as a manager's, are looked up."""
        external = self.sources[source].external if source in self.sources else None
        return external.sponsors_in if external is not None else source

    @cached_property
    def records(self) -> frozenset[str]:
        """The targets whose accounts are records of HR's own."""
        return frozenset(name for name, one in self.targets.items() if one.writes_back is not None)

    def written_back(self, target: str) -> frozenset[str]:
        """The attributes of a target that are written into HR's records elsewhere."""
        none = frozenset[str]()
        return none.union(*(one.reads.get(target, none) for one in self.targets.values()))

    def sensitive(self, target: str) -> frozenset[str]:
        """The attributes of a target whose values nobody is shown."""
        attributes = self.targets[target].attributes if target in self.targets else {}
        return frozenset(name for name, mapping in attributes.items() if mapping.sensitive)

    def expressions(self) -> Iterator[Expression]:
        return (mapping.value for target in self.targets.values() for mapping in target.attributes.values())

    @model_validator(mode="after")
    def _names_are_told_apart(self) -> "Policy":
        if both := sorted(self.sources.keys() & self.targets.keys()):
            raise ValueError(f"{both[0]} names a source and a target; give one of them another name")
        return self
