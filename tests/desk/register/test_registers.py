"""Every register that is declared: its addresses, rights, columns and relations hold."""

import pytest
from django.urls import reverse

from lantian.desk.register.kinds import Reference
from lantian.desk.register.spec import Register, registers
from lantian.desk.rights.table import table

READ = ("list", "map", "detail", "note", "saved")
WRITE = ("new", "edit", "remove", "bulk")
IMPORT = ("template", "import", "batch")
ARGUMENTS = {
    "detail": [1],
    "edit": [1],
    "remove": [1],
    "note": [1],
    "attach": [1],
    "document": [1, 1],
    "withdraw": [1, 1],
    "batch": ["6f9619ff-8b86-d011-b42d-00c04fc964ff"],
}

each_register = pytest.mark.parametrize("register", registers(), ids=lambda r: r.kind)


@each_register
def test_its_addresses_need_what_it_says(register: Register) -> None:
    routes = table().routes
    needs = (
        dict.fromkeys(READ, register.read)
        | dict.fromkeys(WRITE, register.write)
        | dict.fromkeys(IMPORT, f"{register.write} & register.import")
        | {"export": f"{register.read} & register.export"}
    )
    if register.documents:
        needs |= {"document": register.read} | dict.fromkeys(("attach", "withdraw"), register.write)
    for page, need in needs.items():
        name = register.route(page)
        assert reverse(name, args=ARGUMENTS.get(page, []))
        assert routes[name] == need, name
    for route, _, _ in register.links:
        assert reverse(route)
        assert route in routes


@each_register
def test_its_columns_are_fields_of_its_model(register: Register, db: None) -> None:
    fields = {field.name for field in register.model._meta.get_fields()}
    for column in register.all:
        assert column.name.partition("__")[0] in fields | {column.name}
        if column.edited:
            assert column.name in fields
    for path in filter(None, (*register.limits.named().values(), *register.search)):
        assert not register.model._default_manager.filter(**{path: "~"})
    headings = [name for c in register.printed for name in {c.zh, c.en}]
    assert len(headings) == len(set(headings)), sorted(headings)


@each_register
def test_its_references_and_relations_exist(register: Register) -> None:
    known = {r.kind: r for r in registers()}
    for related in register.related:
        other = known[related.kind]
        assert isinstance(other.by_name[related.by].kind, Reference)


@each_register
def test_personal_columns_are_not_searched(register: Register) -> None:
    for column in register.all:
        if column.personal:
            assert not column.filtered
            assert column.name not in register.search
            assert column.name not in register.key


@each_register
def test_its_pages_open(register: Register, client_as) -> None:
    client = client_as("headquarters")
    for page in ("list", "new", "saved", "export", *(["import"] if register.importable else [])):
        for lang in ("zh-hans", "en"):
            answer = client.get(reverse(register.route(page)), query_params={"lang": lang})
            assert answer.status_code == 200, (page, answer.status_code)
