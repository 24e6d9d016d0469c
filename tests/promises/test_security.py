"""Security: each requirement of ASVS level 1 is answered, and what a served desk gives away."""

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from lantian.desk.accounts.forms import PasswordForm, SignInForm
from lantian.desk.env import Settings

#: Requirements of level 1 in ASVS 5.0.0.
LEVEL_1 = re.findall(
    r"\S+",
    """
    1.2.1 1.2.2 1.2.3 1.2.4 1.2.5 1.3.1 1.3.2 1.5.1 2.1.1 2.2.1 2.2.2 2.3.1 3.2.1 3.2.2 3.3.1
    3.4.1 3.4.2 3.5.1 3.5.2 3.5.3 4.1.1 4.4.1 5.2.1 5.2.2 5.3.1 5.3.2 6.1.1 6.2.1 6.2.2 6.2.3
    6.2.4 6.2.5 6.2.6 6.2.7 6.2.8 6.3.1 6.3.2 6.4.1 6.4.2 7.2.1 7.2.2 7.2.3 7.2.4 7.4.1 7.4.2
    8.1.1 8.2.1 8.2.2 8.3.1 9.1.1 9.1.2 9.1.3 9.2.1 10.4.1 10.4.2 10.4.3 10.4.4 10.4.5 11.3.1
    11.3.2 11.4.1 12.1.1 12.2.1 12.2.2 13.4.1 14.2.1 14.3.1 15.1.1 15.2.1 15.3.1
    """,
)
STATES = {"met", "part", "exception", "not yet"}
YEAR_S = 31_536_000


@pytest.fixture(scope="module")
def rows(root: Path) -> list[list[str]]:
    text = (root / "docs/security/asvs-5.0-level-1.md").read_text("utf-8")
    found = re.findall(r"^\| (\d[\d.]+) \|(.+)\|$", text, re.MULTILINE)
    return [[number, *(cell.strip() for cell in rest.split("|"))] for number, rest in found]


def test_every_requirement_is_answered_once(rows: list[list[str]]) -> None:
    assert len(LEVEL_1) == 70
    assert [row[0] for row in rows] == LEVEL_1
    for number, requirement, state, how, shown in rows:
        assert requirement, number
        assert how, number
        assert state in STATES, number
        assert "`" in shown or state != "met", f"{number} is met and no test shows it"


def test_every_test_and_file_that_is_named_exists(root: Path, rows: list[list[str]]) -> None:
    missing = []
    for number, _, _, how, shown in rows:
        missing += [
            f"{number}: {file}::{test}"
            for file, test in re.findall(r"`([\w/.]+)::(\w+)`", shown)
            if not _has_test(root / "tests" / file, test)
        ]
        missing += [
            f"{number}: {named}"
            for named in re.findall(r"`([\w/.-]+/[\w.-]+\.\w+|[A-Z]+\.md)`", how)
            if not any((base / named).is_file() for base in (root, root / "src/lantian/desk"))
        ]
    assert missing == []


def _has_test(path: Path, test: str) -> bool:
    return path.is_file() and f"\ndef {test}(" in path.read_text("utf-8")


def test_the_settings_that_the_documents_show_are_read(root: Path) -> None:
    shown = re.findall(
        r"```toml\n(\[desk\]\n.+?)```", (root / "docs/howto.md").read_text("utf-8"), re.DOTALL
    )
    assert len(shown) == 1
    read = Settings.model_validate(tomllib.loads(shown[0]))
    assert read.desk.lock_after == Settings().desk.lock_after
    told = (root / "docs/security/threats.md").read_text("utf-8")
    for name in ("lock_after", "lock_min", "session_idle_min", "session_max_h"):
        assert re.search(rf"`{name}`[^.]*\({getattr(Settings().desk, name)}\)", told), name


def test_the_times_for_mending_are_stated(root: Path) -> None:
    text = (root / "SECURITY.md").read_text("utf-8")
    assert re.search(r"within \d+ days of its fix .+ within \d+ days else", text)


# --- what the code does not do --------------------------------------------------------------


@pytest.fixture(scope="module")
def trees(root: Path, modules: list[Path]) -> dict[str, ast.Module]:
    package = root / "src/lantian"
    return {str(p.relative_to(package)): ast.parse(p.read_text("utf-8")) for p in modules}


def _calls(tree: ast.Module) -> Iterator[tuple[str, ast.Call]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield ast.unparse(node.func), node


def _imported(tree: ast.Module) -> set[str]:
    names = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            names |= {f"{node.module}.{alias.name}" for alias in node.names}
    return names


def test_nothing_runs_code_made_from_data(trees: dict[str, ast.Module]) -> None:
    run = {"eval", "exec", "compile", "os.system", "os.popen", "pickle.loads", "pickle.load"}
    found = [(m, name) for m, tree in trees.items() for name, _ in _calls(tree) if name in run]
    assert found == []
    starting = {m for m, tree in trees.items() if "subprocess" in _imported(tree)}
    assert starting == {"desk/site/server.py", "gate/doors/netcdf_apart.py"}
    shells = [m for m in trees if "shell=True" in ast.unparse(trees[m])]
    assert shells == []
    untrusted = {"pickle", "marshal", "shelve", "yaml"}
    assert [m for m, tree in trees.items() if untrusted & _imported(tree)] == []


def test_markup_is_trusted_in_few_places(root: Path, trees: dict[str, ast.Module]) -> None:
    makers = {"SafeString", "mark_safe"}
    trusting = {m for m, tree in trees.items() if makers & {name for name, _ in _calls(tree)}}
    made = {"desk/marks.py", "desk/site/form_look.py", "desk/site/templatetags/desk.py"}
    assert trusting == made
    desk = root / "src/lantian/desk"
    pages = {p.relative_to(desk).as_posix(): p.read_text("utf-8") for p in desk.rglob("*.html")}
    assert len(pages) > 50
    assert {name for name, text in pages.items() if re.search(r"\|\s*safe\b", text)} == {
        "site/templates/parts/field.html"
    }
    assert [name for name, text in pages.items() if "autoescape off" in text] == []


def test_sql_of_the_desk_is_fixed_where_requests_are_answered(
    trees: dict[str, ast.Module],
) -> None:
    made = set()
    for module, tree in trees.items():
        if not module.startswith("desk/"):
            continue
        for name, call in _calls(tree):
            if name.endswith(".execute") and not isinstance(call.args[0], ast.Constant):
                made.add(module)
            assert not name.endswith((".extra", ".raw", "RawSQL")), module
    # These take names of tables and columns from the code; no request reaches the other four.
    walked = {"desk/log/chain.py", "desk/log/guard.py", "desk/log/sealer.py"}
    assert made == {*walked, "desk/site/tables_copy.py"}


def test_ciphers_and_hashes_are_those_of_today(trees: dict[str, ast.Module]) -> None:
    used = {
        name
        for module, tree in trees.items()
        for name in _imported(tree)
        # What encrypts a line to a monitor is the protocol's, weak and off unless asked for.
        if name.startswith("cryptography.") and module != "hj212/cipher.py"
    }
    assert {name.rpartition(".")[2] for name in used} == {"AESGCM", "HKDF", "SHA256", "InvalidTag"}
    hashing = {
        node.attr
        for tree in trees.values()
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "hashlib"
    }
    assert hashing == {"sha256", "file_digest"}
    assert [m for m, tree in trees.items() if "'sha1'" in ast.unparse(tree)] == [
        "desk/accounts/totp.py"
    ]


def test_scripts_make_no_markup_and_keep_no_data(root: Path) -> None:
    folder = root / "src/lantian/desk/site/static/js"
    scripts = {p.relative_to(folder).as_posix(): p.read_text("utf-8") for p in folder.rglob("*.js")}
    assert len(scripts) > 5
    forbidden = (
        r"\beval\(|new Function|insertAdjacentHTML|document\.write|outerHTML|innerHTML\s*=[^=]"
        r"|localStorage|sessionStorage|indexedDB|document\.cookie\s*=|[\"']paste[\"']"
    )
    found = {name: re.findall(forbidden, text) for name, text in scripts.items()}
    assert {name: words for name, words in found.items() if words} == {}


def test_passwords_are_taken_as_typed() -> None:
    typed = "  Ａ河 湾'\"<b>  "
    form = SignInForm({"username": "wang", "password": typed})
    assert form.is_valid()
    assert form.cleaned_data["password"] == typed
    for field in (*PasswordForm().visible_fields(), form["password"]):
        printed = str(field)
        assert 'type="password"' in printed
        assert re.search(r'autocomplete="(current|new)-password"', printed)
    assert not SignInForm({"username": "wang", "password": "x" * 129}).is_valid()
