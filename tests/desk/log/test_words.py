"""Everything that the desk writes into the log has a name in both languages."""

import ast
from collections.abc import Iterator
from pathlib import Path

import lantian.desk
from lantian.desk.log.words import VERBS, kinds
from lantian.desk.privacy.declared import declared_fields
from lantian.desk.register.spec import registers


def actions() -> Iterator[str]:
    """Texts that the desk's code gives as the action of an entry, or keeps for it."""
    for file in Path(lantian.desk.__file__).parent.rglob("*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            match node:
                case ast.keyword(arg="action", value=value):
                    yield from texts(value)
                case ast.Assign(targets=[ast.Name(id="action")], value=value):
                    yield from texts(value)
                case ast.Call(func=ast.Name(id="_log" | "_record"), args=given):
                    yield from (
                        value.value
                        for value in given
                        if isinstance(value, ast.Constant) and isinstance(value.value, str)
                    )


def texts(value: ast.expr) -> Iterator[str]:
    for node in ast.walk(value):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def test_every_action_has_words() -> None:
    found = {action.rpartition(".")[2] for action in actions()} - {""}
    assert found >= {"add", "edit", "sign-in", "send", "escalate", "undo", "retry", "unlock"}
    assert sorted(found - VERBS.keys()) == []


def test_every_kind_has_a_name() -> None:
    named = {kind for kind, _ in kinds()}
    assert {register.kind for register in registers()} <= named
    assert {field.owner for field in declared_fields().values()} <= named
    assert {"account", "jobs.job", "intents.intent", "notices.notice", "import"} <= named
