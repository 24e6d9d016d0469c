"""How long work on rows is done: by whom, when, telling how far, in which transactions."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from lantian.desk.log.actor import Actor

#: Is told how many are done, of how many.
type Step = Callable[[int, int], None]
#: Makes the transaction of one write, as `transaction.atomic` or a job's `run.effect`.
type Effect = Callable[[], AbstractContextManager[Any]]


def no_step(done: int, total: int) -> None:
    """Tell nobody how far it is."""


@dataclass(frozen=True, slots=True)
class Doing:
    """Who does it, when, who is told how far it is, what makes the transactions."""

    by: Actor
    now: datetime
    step: Step
    effect: Effect
