"""Settings of one installation: typed, read once, a wrong one named with its fix."""

import difflib
import os
import re
import secrets
import tempfile
import tomllib
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator

from lantian.errors import BadSetting
from lantian.lake.database import database_url

FILE: Final = "desk.toml"
FOLDER_VARIABLE: Final = "LANTIAN_DIR"
#: Set for the web processes of a server that holds the certificate itself.
TLS_VARIABLE: Final = "LANTIAN_TLS"
#: Set where the monitors of the demonstration report to a gate beside the desk.
GATE_FEEDS: Final = "LANTIAN_DEMO_GATE"


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)


class Desk(_Strict):
    """Addresses, clock and sessions of the desk.

    `tls_by_proxy` says that a proxy in front speaks TLS with the browsers, and that the desk
    is reached through it alone. `upload_mb` is the most that a file sent in may have;
    `document_due_days` how long before its end a document is told to be renewed. `place` is
    the place of the roster that the desk serves, the levels above it left out; empty is the
    principal one.
    """

    hosts: list[str] = ["localhost", "127.0.0.1", "[::1]"]
    public_url: str = ""
    tls_by_proxy: bool = False
    time_zone: str = "Asia/Shanghai"
    session_idle_min: int = Field(default=60, ge=5, le=720)
    session_max_h: int = Field(default=12, ge=1, le=72)
    password_min: int = Field(default=10, ge=8, le=64)
    lock_after: int = Field(default=5, ge=3, le=20)
    lock_min: int = Field(default=15, ge=1, le=1440)
    second_factor_roles: list[str] = []
    trusted_proxies: list[str] = []
    upload_mb: int = Field(default=20, ge=1, le=200)
    document_due_days: int = Field(default=30, ge=1, le=365)
    place: str = ""
    demo: bool = False

    @field_validator("time_zone")
    @classmethod
    def _zone_exists(cls, name: str) -> str:
        try:
            return ZoneInfo(name).key
        except (ZoneInfoNotFoundError, ValueError) as error:
            raise ValueError(f"no time zone {name!r}, as Asia/Shanghai") from error


class Mail(_Strict):
    """The mail server that notices go through; none when `host` is empty."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    user: str = ""
    password: str = ""
    sender: str = ""
    security: Literal["starttls", "tls", "none"] = "starttls"


class Sms(_Strict):
    """The HTTP gateway of text messages; none when `url` is empty.

    `accepted` is a text that its answer holds when it took a message; every answer with a
    status of success will do where it is empty.
    """

    url: str = ""
    headers: dict[str, str] = {}
    body: str = '{"phone": "{phone}", "text": "{text}"}'
    accepted: str = ""

    @field_validator("url")
    @classmethod
    def _is_web(cls, url: str) -> str:
        if url and not re.fullmatch(r"https?://\S+", url):
            raise ValueError("an address begins with https:// or http://")
        return url

    @field_validator("body")
    @classmethod
    def _has_places(cls, body: str) -> str:
        if "{phone}" not in body or "{text}" not in body:
            raise ValueError("the body has the places {phone} and {text}, and {id} if wanted")
        return body


class Robots(_Strict):
    """Where robots of chat groups may live: hosts (by HTTPS), or whole origins."""

    hosts: list[str] = ["qyapi.weixin.qq.com", "oapi.dingtalk.com", "open.feishu.cn"]

    @field_validator("hosts")
    @classmethod
    def _are_hosts(cls, hosts: list[str]) -> list[str]:
        for host in hosts:
            if not re.fullmatch(r"(https?://)?[A-Za-z0-9.-]+(:\d{1,5})?", host):
                raise ValueError(f"{host!r} is no host, as oapi.dingtalk.com")
        return hosts


class Notices(_Strict):
    """When the morning brief goes out, of which place; how fast what is overdue goes up.

    `brief_place` empty is the principal place of the roster.
    """

    brief_at: str = Field(default="07:30", pattern=r"^([01]\d|2[0-3]):[0-5]\d$")
    brief_place: str = ""
    escalate_min: int = Field(default=30, ge=1, le=1440)


class Oidc(_Strict):
    """Sign-in by the organisation's own identity server; none when `issuer` is empty."""

    issuer: str = ""
    client_id: str = ""
    client_secret: str = ""
    label: str = "单位统一登录 / single sign-on"


class Settings(_Strict):
    """All settings of the file."""

    desk: Desk = Desk()
    mail: Mail = Mail()
    sms: Sms = Sms()
    robots: Robots = Robots()
    notices: Notices = Notices()
    oidc: Oidc = Oidc()


class Env:
    """One installation: its folder, its settings, its keys.

    Parameters
    ----------
    folder : Path
        The data folder.
    database_url : str
        `postgresql://…`, or empty for SQLite in the folder.
    settings : Settings
    """

    def __init__(self, folder: Path, database_url: str, settings: Settings) -> None:
        self.folder = folder
        self.database_url = database_url
        self.settings = settings

    @property
    def upload_b(self) -> int:
        """Bytes that a file sent in may have at most."""
        return self.settings.desk.upload_mb << 20

    @property
    def https(self) -> bool:
        """Whether browsers reach the desk by HTTPS only."""
        return self.settings.desk.tls_by_proxy or os.environ.get(TLS_VARIABLE) == "1"

    def key(self, name: str) -> str:
        """Return a secret key of the installation, made at first use, readable by the owner alone.

        Raises
        ------
        BadSetting
            If the key cannot be written, or others may read it.
        """
        path = self.folder / "keys" / f"{name}.key"
        try:
            if not path.exists():
                _make_key(path)
            if path.stat().st_mode & 0o077:
                raise BadSetting(
                    "密钥文件他人可读 / others can read the key file",
                    where=str(path),
                    fix=f"chmod 600 {path}",
                )
            return path.read_text(encoding="ascii")
        except OSError as error:
            raise BadSetting(
                f"密钥文件不可读写 / the key file cannot be read or written ({error.strerror})",
                where=str(path),
                fix="检查目录权限 / check the rights of the folder",
            ) from error


def _make_key(path: Path) -> None:
    """Write a key whole under its name; of two processes that meet, one key stays."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    handle, new = tempfile.mkstemp(dir=path.parent)  # readable by the owner alone
    try:
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(secrets.token_urlsafe(48))
            file.flush()
            os.fsync(file.fileno())
        with suppress(FileExistsError):
            os.link(new, path)
    finally:
        Path(new).unlink()


def read_settings(folder: Path) -> Settings:
    """Read `desk.toml` of a folder; all settings have defaults, so the file may be absent.

    Raises
    ------
    BadSetting
        If it is no TOML, or a setting is unknown or wrong.
    """
    path = folder / FILE
    if not path.exists():
        return Settings()
    try:
        raw = tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise BadSetting(
            f"设置文件不可读 / the settings cannot be read ({error})",
            where=str(path),
            fix="改正该行 / correct that line",
        ) from error
    try:
        return Settings.model_validate(raw)
    except ValidationError as error:
        raise _spoken(error, path) from error


def _spoken(error: ValidationError, path: Path) -> BadSetting:
    first = error.errors()[0]
    name = ".".join(str(part) for part in first["loc"])
    fix = f"改正 {name} / correct {name}"
    if first["type"] == "extra_forbidden":
        near = difflib.get_close_matches(str(first["loc"][-1]), _names(), n=1)
        fix = f"是否 {near[0]} / did you mean {near[0]}" if near else f"删除 {name} / remove {name}"
    return BadSetting(
        f"设置有误 / wrong setting {name}: {first['msg']}, got {first['input']!r}",
        where=str(path),
        fix=fix,
    )


def _names() -> list[str]:
    tables: dict[str, Any] = Settings.model_fields
    return [
        *tables,
        *(n for model in (Desk, Mail, Sms, Robots, Notices, Oidc) for n in model.model_fields),
    ]


@cache
def env() -> Env:
    """Return the installation that this process serves, named by LANTIAN_DIR.

    Raises
    ------
    BadSetting
        If it names no folder, or a setting is wrong.
    """
    named = os.environ.get(FOLDER_VARIABLE, "")
    folder = Path(named)
    if not named or not folder.is_dir():
        raise BadSetting(
            f"没有数据目录 {named!r} / no data folder {named!r}",
            where=FOLDER_VARIABLE,
            fix="lantian desk init --dir DIR",
        )
    return Env(folder.resolve(), database_url() or "", read_settings(folder))
