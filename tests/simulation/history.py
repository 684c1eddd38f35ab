"""What happens in the world outside: in HR, by an administrator's hand, to the rules and to the calendar."""

from dataclasses import replace
from datetime import date, timedelta
from random import Random

from customer import EMPLOYEES, SimulatedHR
from simulated_target import SimulatedTarget
from simulation_faults import Faults

from shared.model import Contract, Person

EVENTS = (
    *("join", "join", "move", "move", "leave", "mass", "back", "back", "admin", "admin", "vanish", "return", "policy"),
    *("marry", "marry", "day", "day", "days", "days", "holiday", "dismiss", "reorganise", "one by one", "reopen"),
)


class History:
    def __init__(self, random: Random, faults: Faults, hr: SimulatedHR, target: SimulatedTarget) -> None:
        self.random, self.faults, self.hr, self.target = random, faults, hr, target
        self.gone: dict[str, Person] = {}
        self.sellers = "Sales"
        self.coming: list[str] = []
        """What certainly happens next."""

    @property
    def today(self) -> date:
        return self.faults.now.date()

    @property
    def known(self) -> int:
        """How many people HR has ever known."""
        return len(self.hr.people) + len(self.gone)

    def event(self) -> None:
        """Something happens; what does not fit, does not."""
        name, person = (name := self.random.choice(EMPLOYEES)), self.hr.people.get(name)
        match self.coming.pop(0) if self.coming else self.random.choice(EVENTS):
            case "join" if person is None and name not in self.gone:
                self.employ(name, self.today + timedelta(self.random.choice((-30, 0, 2, 5))))
            case "move" if person:
                self._change(name, department=self.random.choice(("Sales", "Care", None)), manager=self._somebody())
            case "marry" if person:
                surname = self.random.choice(("ann", "bob", "cas"))
                self.hr.people[name] = replace(person, fields={**person.fields, "name": surname})
            case "leave" if person:
                self._until(name, self.today + timedelta(self.random.choice((-1, 0, 0, 1, 2))))
            case "dismiss" if person:
                for one in [*self.hr.people] if self.random.random() < 0.3 else [name]:
                    self._until(one, self.today + timedelta(10))
                    self._change(one, dismissed="yes")
            case "reorganise":
                department = self.random.choice(("Sales", "Care"))
                for one in self.hr.people:
                    self._change(one, department=department)
            case "one by one":
                dismissed = "yes" if self.random.random() < 0.5 else None
                for days, one in enumerate(self.hr.people):
                    self._until(one, self.today + timedelta(days))
                    self._change(one, dismissed=dismissed)
                self.coming = ["day"] * 3
            case "mass":
                for one in self.hr.people:
                    self._until(one, self.today - timedelta(1))
            case "back" if person:
                self._change(name, dismissed=None, leaveBegins=None, leaveEnds=None)
                self._until(name, None)
            case "holiday" if person:
                self._leave(name)
            case "vanish" if person:
                self.gone[name] = self.hr.people.pop(name)
            case "return" if name in self.gone:
                self.hr.people[name] = self.gone.pop(name)
            case "admin":
                self._administrator(self.random.choice(("delete", "enable", "disable")))
            case "reopen":
                self._administrator("enable")
            case "policy":
                self.sellers = self.random.choice(("Sales", "Care"))
            case "day":
                self.faults.now += timedelta(days=1)
            case "days":
                self.faults.now += timedelta(days=self.random.choice((2, 3, 25)))

    def employ(self, name: str, start: date) -> None:
        fields = {"department": "Sales", "manager": self._somebody()}
        self.hr.people[name] = Person(
            hr_id=name,
            fields={"name": "bob" if name in "12" else "ann"},
            contracts=(Contract(id="c", start=start, fields=fields),),
        )

    def _administrator(self, what: str) -> None:
        some = [key for key in self.target.accounts if key not in self.target.untouchable]
        if what == "enable":
            some = [key for key in some if not self.target.accounts[key].enabled] or some
        if some:
            self.target.by_hand(what, self.random.choice(some))

    def _somebody(self) -> str | None:
        return self.random.choice([*self.hr.people, None])

    def _leave(self, name: str) -> None:
        first = self.today + timedelta(self.random.choice((0, 1)))
        last = first + timedelta(self.random.choice((0, 1, 3)))
        self._change(name, leaveBegins=first.isoformat(), leaveEnds=last.isoformat())

    def _change(self, name: str, **fields: str | None) -> None:
        person = self.hr.people[name]
        contract = replace(person.contracts[0], fields={**person.contracts[0].fields, **fields})
        self.hr.people[name] = replace(person, contracts=(contract,))

    def _until(self, name: str, end: date | None) -> None:
        person = self.hr.people[name]
        if end is None or end >= person.contracts[0].start:
            self.hr.people[name] = replace(person, contracts=(replace(person.contracts[0], end=end),))
