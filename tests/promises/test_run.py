"""The entry `./run`: finds an interpreter by trying it, installs once, says what it lacks."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

# Whatever the machine has installed, the script sees these commands and no Python.
NEEDED = ("sh", "basename", "cat", "cksum", "dirname", "grep", "mkdir", "readlink", "rm")

# Stands for an interpreter: runs every probe, notes what it was asked, and makes a .venv
# whose interpreter is itself.
INTERPRETER = """#!{python}
import os, sys
words = sys.argv[1:]
with open({log!r}, "a", encoding="utf-8") as log:
    log.write(" ".join(words) + "\\n")
if words[0] == "-c":
    exec(words[1])
if words[:2] == ["-m", "venv"]:
    os.makedirs(words[2] + "/bin", exist_ok=True)
    os.symlink(os.path.realpath(__file__), words[2] + "/bin/python")
    with open(words[2] + "/pyvenv.cfg", "w", encoding="utf-8") as settings:
        settings.write(words[2])
if "requirements.lock" in words[-1] and os.path.exists({broken!r}):
    sys.exit(1)
"""


class House:
    """A copy of the entry in a folder of its own, with a home and a PATH of its own."""

    def __init__(self, root: Path, tmp: Path) -> None:
        self.folder, self.home, self.path = tmp / "my house", tmp / "home", tmp / "path"
        self.log, self.broken = tmp / "log", tmp / "broken"
        for folder in (self.folder, self.home, self.path):
            folder.mkdir()
        shutil.copy(root / "run", self.folder / "run")
        for name in ("requirements.lock", "requirements-dev.lock", "pyproject.toml"):
            (self.folder / name).write_text(name)
        for name in NEEDED:
            (self.path / name).symlink_to(str(shutil.which(name)))

    def interpreter(self, at: Path) -> None:
        at.parent.mkdir(parents=True, exist_ok=True)
        at.write_text(
            INTERPRETER.format(python=sys.executable, log=str(self.log), broken=str(self.broken))
        )
        at.chmod(0o755)

    def start(
        self, *words: str, entry: Path | None = None, **env: str
    ) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [entry or self.folder / "run", *words],
            env={"PATH": str(self.path), "HOME": str(self.home), **env},
            cwd=self.home,
            capture_output=True,
            text=True,
            check=False,
        )

    def asked(self) -> list[str]:
        """What the interpreter was asked to do since the last look, probes left out."""
        lines = self.log.read_text().splitlines() if self.log.exists() else []
        self.log.unlink(missing_ok=True)
        return [line for line in lines if not line.startswith(("-c import", "-P -m pip --version"))]


@pytest.fixture
def house(root: Path, tmp_path: Path) -> House:
    return House(root, tmp_path)


def test_without_a_verb_it_shows_its_usage(house: House) -> None:
    done = house.start()
    assert done.returncode == 0
    assert "./run demo [--once]" in done.stdout


def test_an_unknown_verb_is_refused(house: House) -> None:
    done = house.start("dance")
    assert done.returncode == 2
    assert "dance" in done.stderr
    assert done.stdout == ""


def test_without_an_interpreter_one_sentence_says_what_to_install(house: House) -> None:
    done = house.start("lantian", "--version")
    assert done.returncode == 2
    assert "python3.12" in done.stderr
    assert len(done.stderr.splitlines()) == 1
    assert not (house.folder / ".venv").exists()


def test_a_failing_shim_is_passed_over(house: House) -> None:
    shim = house.path / "python3.12"
    shim.write_text("#!/bin/sh\nexit 127\n")
    shim.chmod(0o755)
    house.interpreter(house.home / ".pyenv/versions/3.12.9/bin/python")
    assert house.start("lantian", "--version").returncode == 0
    assert house.asked()[-1] == "-P -m lantian.cli.main --version"


def test_a_named_interpreter_that_does_not_work_is_refused(house: House) -> None:
    house.interpreter(house.path / "python3.12")
    done = house.start("lantian", LANTIAN_PYTHON="/nowhere/python")
    assert done.returncode == 2
    assert "LANTIAN_PYTHON" in done.stderr


def test_it_installs_once_then_when_the_lock_changes(house: House) -> None:
    house.interpreter(house.path / "python3")
    house.start("lantian", "--version")
    first = house.asked()
    assert [line.split(" install ")[0] for line in first[:3]] == [
        f"-m venv {house.folder}/.venv",
        "-P -m pip",
        "-P -m pip",
    ]
    assert f"--require-hashes -r {house.folder}/requirements.lock" in first[1]
    assert first[2].endswith(f"--no-deps --no-build-isolation -e {house.folder}")

    house.start("demo", "--once")
    assert house.asked() == ["-P -m lantian.cli.main demo --once"]

    (house.folder / "requirements.lock").write_text("another")
    house.start("lantian")
    assert [line.split()[2] for line in house.asked()] == ["pip", "pip", "lantian.cli.main"]


def test_an_interrupted_installation_is_redone_from_nothing(house: House) -> None:
    house.interpreter(house.path / "python3")
    house.broken.touch()
    done = house.start("lantian", "--version")
    assert done.returncode == 2
    assert "network" in done.stderr
    house.asked()
    remains = house.folder / ".venv" / "half-written"
    remains.touch()

    house.broken.unlink()
    assert house.start("lantian", "--version").returncode == 0
    assert house.asked()[0].startswith("-m venv")
    assert not remains.exists()


def test_a_moved_folder_is_installed_anew(house: House, tmp_path: Path) -> None:
    house.interpreter(house.path / "python3")
    house.start("lantian")
    house.asked()
    house.folder = house.folder.rename(tmp_path / "elsewhere")
    house.start("lantian")
    assert house.asked()[0] == f"-m venv {tmp_path}/elsewhere/.venv"


def test_parallel_first_starts_install_once(house: House) -> None:
    house.interpreter(house.path / "python3")
    started = [
        subprocess.Popen(
            [house.folder / "run", "lantian", str(n)],
            env={"PATH": str(house.path), "HOME": str(house.home)},
            stderr=subprocess.DEVNULL,
        )
        for n in range(3)
    ]
    assert [one.wait(60) for one in started] == [0, 0, 0]
    asked = house.asked()
    assert sum(line.startswith("-m venv") for line in asked) == 1
    assert sum("pip install" in line for line in asked) == 2
    assert sum("lantian.cli.main" in line for line in asked) == 3


def test_a_link_from_elsewhere_and_hostile_settings_do_no_harm(
    house: House, tmp_path: Path
) -> None:
    house.interpreter(house.path / "python3")
    (tmp_path / "bin").mkdir()
    link = tmp_path / "bin" / "lt"
    link.symlink_to(os.path.relpath(house.folder / "run", link.parent))
    done = house.start("lantian", entry=link, PYTHONPATH="/nowhere", PIP_TARGET="/nowhere")
    assert done.returncode == 0, done.stderr
    assert f"-r {house.folder}/requirements.lock" in house.asked()[1]
