"""A round of Schemathesis over the whole API by one caller, in this process."""

import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import schemathesis
from django.core import signals
from django.core.wsgi import get_wsgi_application
from django.db import DEFAULT_DB_ALIAS, close_old_connections, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import from_schema
from schemathesis.engine.events import EngineFinished, NonFatalError, ScenarioFinished
from schemathesis.filters import FilterSet
from schemathesis.transport.wsgi import WSGITransport

from lantian.desk import observations
from lantian.desk.api import services
from lantian.lake.store import Lake

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


#: Values that name something, which chance would hardly find.
WORDS: dict[str, list[str | int]] = {
    "path.name": ["Aotizhongxin", "朝阳区", "北京市"],
    "path.day": ["2015-12-01", "2016-02-29", "2031-01-01"],
    "path.pk": [1, 2, 3, 4],
    "query.period": ["2015-12", "2015-Q4", "2016", "2015-12-01..2015-12-09"],
    "query.from": ["2015-12-01", "2016-01-30"],
    "query.to": ["2015-12-02", "2016-02-02"],
    "query.after": ["2015-12-01T14", 0, 2],
    "query.place": ["北京市", "990101"],
    "query.index": ["ranking-2014"],
    "header.If-Match": ['"1"', '"2"', '"3.00aa"'],
    "header.Idempotency-Key": ["a", "b"],
    "body.place": ["990101", "990102"],
    "body.parent": ["990100", "O990101"],
    "body.organisation": ["O990101", "O990102"],
    "body.person": ["P990101"],
    "body.post": ["G990101"],
    "body.station": ["T990101"],
    "body.code": ["S990101", "N1", "N2", "N3"],
    "body.first": ["2026-01-01"],
    "body.last": ["2030-12-31"],
}
_OFTEN = 0.7


def settings(token: str, *, examples: int, phases: tuple[str, ...]) -> SchemathesisConfig:
    """All checks; every phase that is asked for."""
    names = ("examples", "coverage", "fuzzing", "stateful")
    return SchemathesisConfig.from_dict(
        {
            "headers": {"Authorization": f"Bearer {token}"},
            "continue-on-failure": True,
            "dictionaries": {name: {"values": values} for name, values in WORDS.items()},
            "parameters": {n: {"dictionary": n, "probability": _OFTEN} for n in WORDS},
            "generation": {"max-examples": examples, "deterministic": True, "no-shrink": True},
            "phases": {name: {"enabled": name in phases} for name in names},
            "checks": {
                "positive_data_acceptance": {"expected-statuses": _MET},
                "missing_required_header": {"expected-statuses": ["401", "403", "422", "428"]},
            },
            "operations": [
                {
                    "include-method": "GET",
                    "exclude-tag": "air",
                    "checks": {"positive_data_acceptance": {"expected-statuses": _READ}},
                }
            ],
        }
    )


_SEND = WSGITransport.send
#: Databases and lakes of the engine's threads, which end without closing them.
_OPENED: dict[BaseDatabaseWrapper | Lake, None] = {}


def _send(self: WSGITransport, case: Any, **given: Any) -> Any:
    """Send without settings of sockets, which 4.32 hands on to a client that knows none."""
    for name in ("max_redirects", "verify", "cert", "proxies"):
        given.pop(name, None)
    return _SEND(self, case, **given)


def _application() -> Any:
    """The desk, remembering what every thread that calls it opens."""
    inner = get_wsgi_application()

    def call(*request: Any) -> Any:
        try:
            return inner(*request)
        finally:
            mine = connections[DEFAULT_DB_ALIAS]
            if mine not in _OPENED:
                mine.inc_thread_sharing()
            _OPENED.update({mine: None, getattr(observations._HELD, "lake", None) or mine: None})

    return call


@contextmanager
def unlimited() -> Iterator[None]:
    """No limit of rate: this round is about other answers."""
    usual, services.PER_MINUTE = services.PER_MINUTE, 2**30  # type: ignore[misc]
    signals.request_started.disconnect(close_old_connections)
    signals.request_finished.disconnect(close_old_connections)
    WSGITransport.send = _send  # type: ignore[method-assign]
    try:
        yield
    finally:
        for opened in _OPENED:
            (opened.ledger if isinstance(opened, Lake) else opened).close()
        _OPENED.clear()
        WSGITransport.send = _SEND  # type: ignore[method-assign]
        signals.request_started.connect(close_old_connections)
        signals.request_finished.connect(close_old_connections)
        services.PER_MINUTE = usual  # type: ignore[misc]


def go(
    token: str,
    *,
    examples: int,
    phases: tuple[str, ...] = ("examples", "coverage", "fuzzing", "stateful"),
    tags: Sequence[str] = (),
) -> Round:
    """Run a round, of the operations of some tags or all."""
    made, started = Round(), time.monotonic()
    with unlimited():
        config = settings(token, examples=examples, phases=phases)
        schema = schemathesis.openapi.from_wsgi(
            "/api/v1/openapi.json", _application(), config=config
        )
        if tags:
            # `include` would only add to what the settings of operations let in already.
            wanted = FilterSet()
            wanted.include(tag=list(tags))
            schema = schema.clone(
                filter_set=schema.config.operations.filter_set_with(include=wanted)
            )
        for event in from_schema(schema).execute():
            _note(made, event)
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
