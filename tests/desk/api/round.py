"""A round of Schemathesis over the whole API by one caller, in this process."""

import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import close_old_connections
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished

from lantian.desk.api import services

#: What a request that is as declared may meet all the same: a row that is not there, a rule
#: across columns, a version that moved on, a period without data.
_MET = ["2xx", "304", "400", "401", "403", "404", "409", "412", "422"]
#: Of registers' GETs nothing of the kind is left: as declared, it is answered.
_READ = ["2xx", "304", "403", "404"]


@dataclass
class Round:
    """What came of a round."""

    calls: int = 0
    seconds: float = 0.0
    statuses: Counter[int] = field(default_factory=Counter)
    operations: Counter[str] = field(default_factory=Counter)
    checks: Counter[str] = field(default_factory=Counter)
    failures: list[str] = field(default_factory=list)


def settings(token: str, *, examples: int, phases: tuple[str, ...]) -> SchemathesisConfig:
    """All checks; every phase that is asked for."""
    names = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "generation": {"max-examples": examples, "deterministic": True, "no-shrink": True},
            "phases": {name: {"enabled": name in phases} for name in names},
            "checks": {"positive_data_acceptance": {"expected-statuses": _MET}},
            "operations": [
                {
                    "include-method": "GET",
                    "exclude-tag": "air",
                    "checks": {"positive_data_acceptance": {"expected-statuses": _READ}},
                }
            ],
        }
    )


@contextmanager
def unlimited() -> Iterator[None]:
    """No limit of rate: this round is about other answers."""
    usual, services.PER_MINUTE = services.PER_MINUTE, 2**30  # type: ignore[misc]
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    try:
        yield
    finally:
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)
        services.PER_MINUTE = usual  # type: ignore[misc]


def go(
    token: str,
    *,
    examples: int,
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing", "stateful"),
    most: int | None = None,
) -> Round:
    """Run a round; stop after `most` calls where it is given."""
    made, started = Round(), time.monotonic()
    with unlimited():
        config = settings(token, examples=examples, phases=phases)
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json", get_wsgi_application(), config=config
        )
        stream = from_schema(schema).execute()
        for event in stream:
            _note(made, event)
            if most is not None and made.calls >= most:
                stream.stop()
    made.seconds = time.monotonic() - started
    return made


def _note(made: Round, event: Any) -> None:
    if isinstance(event, NonFatalError):
        made.failures.append(f"error {event.label}: {event.value}")
    if isinstance(event, EngineFinished) and not made.calls:
        made.failures.append("no call was made")
    if not isinstance(event, ScenarioFinished):
        return
    recorder = event.recorder
    made.calls += len(recorder.interactions)
    made.operations[recorder.label] += len(recorder.interactions)
    for interaction in recorder.interactions.values():
        if interaction.response is not None:
            made.statuses[interaction.response.status_code] += 1
    for case_id, checks in recorder.checks.items():
        for check in checks:
            made.checks[check.name] += 1
            if check.failure_info is not None:
                made.failures.append(_told(recorder, case_id, check))


def _told(recorder: Any, case_id: str, check: Any) -> str:
    node = recorder.cases[case_id].value
    response = recorder.interactions[case_id].response
    body = response.content[:400].decode("utf-8", "replace") if response is not None else ""
    failure = check.failure_info.failure
    sent = f"{node.method} {node.path} path={node.path_parameters} query={node.query} "
    sent += f"headers={dict(node.headers or {})} body={node.body!r}"
    return f"{check.name}: {failure.title} {failure.message[:300]}\n  {sent[:600]}\n  {body}"
