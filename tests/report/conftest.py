"""The made-up bulletin, loaded from its script, and its documents, made once."""

import runpy
import time
from pathlib import Path

import pytest

from lantian.report.language import Language

SCRIPT = Path(__file__).with_name("december.py")


@pytest.fixture(scope="session")
def december():
    return runpy.run_path(str(SCRIPT))


@pytest.fixture(
    scope="session",
    params=[Language.ZH, pytest.param(Language.EN, marks=pytest.mark.slow)],
    ids=str,
)
def lang(request):
    return request.param


@pytest.fixture(scope="session")
def made(december, lang):
    return december["made_up"](lang)


@pytest.fixture(scope="session")
def timed(december, lang):
    """The documents and the seconds of computing that they took."""
    started = time.process_time()
    return december["documents"](lang), time.process_time() - started


@pytest.fixture(scope="session")
def documents(timed):
    return timed[0]
