"""What may be wrong in HR, as data: findings, each with whom it concerns, by which facts, how bad it is and what to do.

A finding says its sentence without any value: an HR id and the names of facts are enough to find the place. Pure.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from shared.errors import Reason
from shared.model import Attributes, Rejected


class Severity(StrEnum):
    """How bad it is, the worst first."""

    HOLDS = "holds"
    """An account made of it would be wrong: this person waits, and everybody else goes on."""
    CORRECT = "correct"
    """Something is wrong, and what follows from it is at most a little wrong."""
    LOOK = "look"
    """Something is odd, and may be right."""


class Kind(StrEnum):
    """What kinds of finding there are; the code is stable."""

    RECORD = "record"
    END_BEFORE_START = "end_before_start"
    IMPOSSIBLE_DATE = "impossible_date"
    IMPLAUSIBLE_DATE = "implausible_date"
    OVERLAPPING = "overlapping_contracts"
    SURNAME = "missing_surname"
    EMPTY = "empty_fact"
    MISFIT = "does_not_fit"
    SHARED = "shared_value"
    SAME_HUMAN = "same_human"
    NO_MANAGER = "missing_manager"
    UNKNOWN_MANAGER = "unknown_manager"
    MANAGER_LEFT = "manager_left"
    CYCLE = "manager_cycle"
    DEPARTMENT = "unknown_department"
    OWNER = "cost_centre_without_owner"
    FORBIDDEN = "forbidden_value"


TITLES = {
    Kind.RECORD: "Records that cannot be used",
    Kind.END_BEFORE_START: "Contracts that end before they start",
    Kind.IMPOSSIBLE_DATE: "Dates that cannot be",
    Kind.IMPLAUSIBLE_DATE: "Dates that are hard to believe",
    Kind.OVERLAPPING: "Contracts of one number at the same time",
    Kind.SURNAME: "People without a surname",
    Kind.EMPTY: "Empty facts that the policy needs",
    Kind.MISFIT: "Values that do not fit",
    Kind.SHARED: "Values that two people share",
    Kind.SAME_HUMAN: "Records that may be one human",
    Kind.NO_MANAGER: "People without a manager",
    Kind.UNKNOWN_MANAGER: "Managers whom HR does not know",
    Kind.MANAGER_LEFT: "Managers who have left",
    Kind.CYCLE: "Managers in a circle",
    Kind.DEPARTMENT: "Departments that nobody knows",
    Kind.OWNER: "Cost centres without an owner",
    Kind.FORBIDDEN: "Facts that hold what may not be read",
}


@dataclass(frozen=True, kw_only=True, slots=True)
class Finding:
    """One thing to look at. `hr_id` is "" where it is about the source as a whole.

    `what` says what is wrong and `do` what to do, without a value; `facts` are the names of the facts at fault, and
    `contract` the id of the contract, "" for the person. `others` are the HR ids of others it concerns, `values` what
    stands there: only for who may see it, who asks for it. `reason` is under what it holds the person.
    """

    kind: Kind
    severity: Severity
    source: str
    hr_id: str
    what: str
    do: str
    facts: tuple[str, ...] = ()
    contract: str = ""
    others: tuple[str, ...] = ()
    values: Attributes = field(default_factory=dict, compare=False)
    reason: Reason = Reason.INVALID_RECORD

    @property
    def sentence(self) -> str:
        """The whole of it as one sentence, and what a hold says of it."""
        return f"{self.what}; {self.do}"


def rejected(source: str, item: Rejected) -> Finding:
    """What a connector found: its words say what to do."""
    what, _, do = item.because.rpartition("; ")
    return Finding(
        kind=Kind.RECORD,
        severity=Severity.HOLDS,
        source=source,
        hr_id=item.hr_id,
        what=what or item.because,
        do=do if what else "correct the record in HR",
        reason=Reason(item.code) if item.code in set(Reason) else Reason.INVALID_RECORD,
    )


def held(finding: Finding) -> Rejected:
    """The same as the engine holds it: nobody is changed by the record before it is corrected."""
    return Rejected(hr_id=finding.hr_id, code=finding.reason, because=finding.sentence)


ORDER = {kind: place for place, kind in enumerate(Kind)}
WORST = {severity: place for place, severity in enumerate(Severity)}


def ordered(findings: list[Finding]) -> list[Finding]:
    """The worst first, then by kind, source and person, whatever order HR came in."""
    return sorted(
        findings,
        key=lambda one: (WORST[one.severity], ORDER[one.kind], one.source, one.hr_id, one.contract, one.what),
    )
