"""Organisations, people and duties of the fictional county."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Literal

from lantian.rules.shape import fill


@dataclass(frozen=True, slots=True)
class Organisation:
    """A body: headquarters, leading group, department, township, company or one from outside.

    `place` is where it sits and, but for a company, what it answers for.
    """

    code: str
    kind: Literal[
        "superior",
        "headquarters",
        "leading_group",
        "department",
        "township",
        "company",
        "neighbour",
    ]
    name_zh: str
    name_en: str
    short_zh: str
    place: str
    parent: str = ""
    subject: str = ""
    credit_code: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who does not exist, with a telephone number that nobody has."""

    code: str
    name_zh: str
    name_en: str
    phone: str


@dataclass(frozen=True, slots=True)
class Post:
    """What a person is in an organisation: title, and role × area × subjects (none: all)."""

    person: str
    organisation: str
    title_zh: str
    title_en: str
    role: Literal[
        "headquarters",
        "leading_group",
        "department",
        "township",
        "grid_member",
        "expert",
        "company",
        "official",
        "auditor",
        "neighbour",
    ]
    area: str
    subjects: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Duty:
    """One line of the duty list (责任清单).

    `principle` is 党政同责 (party_and_government), 一岗双责 (one_post_two_duties) or
    三管三必须 (three_musts).
    """

    code: str
    principle: Literal["party_and_government", "one_post_two_duties", "three_musts"]
    organisation: str
    person: str
    text_zh: str
    text_en: str
    citation_zh: str
    citation_en: str
    first: date


@dataclass(frozen=True, slots=True)
class Assignment:
    """A leader who answers for a township or a subject (包联)."""

    person: str
    first: date
    place: str = ""
    subject: str = ""


@dataclass(frozen=True, slots=True)
class Team:
    """Who is on duty together."""

    leader: str
    deputy: str
    officer: str


@dataclass(frozen=True, slots=True)
class Rotation:
    """Teams on duty in turn, a day each, from `hour` o'clock; the first begins on `first`."""

    first: date
    hour: int
    teams: tuple[Team, ...]

    def on_duty(self, day: date) -> Team:
        """Team whose turn begins on a day.

        Examples
        --------
        >>> one, two = Team("a", "b", "c"), Team("d", "e", "f")
        >>> Rotation(date(2026, 1, 1), 8, (one, two)).on_duty(date(2026, 1, 4)) is two
        True
        """
        return self.teams[(day - self.first).days % len(self.teams)]


@dataclass(frozen=True, slots=True)
class Goal:
    """A target of a place over days, in the unit in which the indicator is published."""

    place: str
    first: date
    last: date
    indicator: str
    goal: str


@dataclass(frozen=True, slots=True)
class Offices:
    """All of offices.toml."""

    organisation: tuple[Organisation, ...]
    person: tuple[Person, ...]
    post: tuple[Post, ...]
    duty: tuple[Duty, ...]
    assignment: tuple[Assignment, ...]
    rotation: Rotation
    target: tuple[Goal, ...]


def read_offices(table: Mapping[str, Any]) -> Offices:
    """Organisations, people and duties, as declared.

    Raises
    ------
    RuleBookBroken
        On a key or value that does not belong there.
    """
    return fill(Offices, dict(table), "offices.toml")
