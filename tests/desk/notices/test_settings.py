"""Settings of notices: wrong ones are named with their fix."""

from pathlib import Path

import pytest

from lantian.desk.env import read_settings
from lantian.errors import BadSetting


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('[robots]\nhosts = ["https://x.example/path"]', "robots.hosts"),
        ('[robots]\nhosts = ["x.example@evil"]', "robots.hosts"),
        ('[sms]\nurl = "ftp://x.example"', "sms.url"),
        ('[sms]\nbody = "no places"', "sms.body"),
        ('[notices]\nbrief_at = "7:30"', "notices.brief_at"),
        ("[notices]\nescalate_min = 0", "notices.escalate_min"),
        ('[mail]\nsecurity = "ssl"', "mail.security"),
    ],
)
def test_a_wrong_setting_is_named(tmp_path: Path, text: str, name: str) -> None:
    (tmp_path / "desk.toml").write_text(text, encoding="utf-8")
    with pytest.raises(BadSetting, match=name.replace(".", r"\.")):
        read_settings(tmp_path)


def test_right_ones_are_taken(tmp_path: Path) -> None:
    (tmp_path / "desk.toml").write_text(
        '[robots]\nhosts = ["chat.county.example", "http://10.1.2.3:8080"]\n'
        '[notices]\nbrief_at = "06:45"\nbrief_place = "甲县"\n',
        encoding="utf-8",
    )
    settings = read_settings(tmp_path)
    assert settings.robots.hosts[1] == "http://10.1.2.3:8080"
    assert settings.notices.brief_at == "06:45"
