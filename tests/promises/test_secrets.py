"""Nothing of one machine is in the tree: no key, no private path, no host of packages."""

import re
from pathlib import Path

# Written in pieces, so that this file does not hold what it looks for.
FOREIGN = {
    "a path of one machine": re.compile(
        r"(?<![\w.$~}])/(?:"
        + "|".join(["wo" + "rk", "ro" + "ot", "ho" + "me/[a-z]", "Us" + "ers"])
        + r")/"
    ),
    "a host of packages": re.compile(
        "|".join(
            [
                "py" + r"pi\.org",
                "python" + r"hosted\.org",
                r"registry\.npm" + "js",
                "deb" + r"\.debian",
            ]
        ),
        re.IGNORECASE,
    ),
    "a key": re.compile(
        "|".join(
            ["-----BEGIN [A-Z ]*PRIVATE", "AK" + "IA[0-9A-Z]{16}", "gh" + "[pousr]_[A-Za-z0-9]{30}"]
        )
    ),
    "a password in an address": re.compile(r"\w+:" + r"//[^\s/:@{}<>]+:[^\s/:@{}<>]+@[\w.]+"),
}


def test_nothing_foreign_is_in_the_tree(root: Path, files: list[Path]) -> None:
    found = []
    for path in files:
        try:
            text = path.read_text("utf-8")
        except UnicodeDecodeError:
            continue
        for what, pattern in FOREIGN.items():
            if match := pattern.search(text):
                line = text.count("\n", 0, match.start()) + 1
                found.append(f"{path.relative_to(root)}:{line}: {what}: {match[0]}")
    assert found == []


def test_the_search_finds_what_it_is_for() -> None:
    guilty = [
        "open('/ro" + "ot/data.csv')",
        "https://files.python" + "hosted.org/x",
        "-----BEGIN RSA PRIV" + "ATE KEY-----",
        "postgresql://desk:" + "geheim@db/lantian",
    ]
    for text, pattern in zip(guilty, FOREIGN.values(), strict=True):
        assert pattern.search(text), text
