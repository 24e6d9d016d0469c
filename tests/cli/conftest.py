"""What tests of commands share: running one, and being refused by one."""

from collections.abc import Callable
from pathlib import Path

import pytest

from lantian.cli.main import main

type Word = str | Path


@pytest.fixture
def done(capsys: pytest.CaptureFixture[str]) -> Callable[..., tuple[str, str]]:
    """Run a command that must succeed; return what it printed."""

    def run(*words: Word) -> tuple[str, str]:
        capsys.readouterr()
        status = main([str(word) for word in words])
        out, err = capsys.readouterr()
        assert status == 0, err
        return out, err

    return run


@pytest.fixture
def refused(capsys: pytest.CaptureFixture[str]) -> Callable[..., str]:
    """Run a command that must be refused: status 2, one clear sentence on standard error."""

    def run(*words: Word) -> str:
        capsys.readouterr()
        assert main([str(word) for word in words]) == 2
        out, err = capsys.readouterr()
        assert out == ""
        assert err.startswith(f"lantian {words[0]}: LT-"), err
        assert err.count("\n") == 1, err
        assert " -> " in err
        return err

    return run
