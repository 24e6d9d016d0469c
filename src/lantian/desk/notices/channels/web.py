"""Posting to a web service: no redirects, a short wait, a small answer."""

import time
from collections.abc import Mapping
from http import HTTPStatus
from typing import Final

import requests
from requests.auth import AuthBase

from lantian.desk.notices.channels.refusal import NotSent

TIMEOUT_S: Final = 10.0
_LARGEST_B: Final = 16 * 1024
#: Refusals that pass by themselves.
_PASSING: Final = (
    HTTPStatus.REQUEST_TIMEOUT,
    HTTPStatus.TOO_EARLY,
    HTTPStatus.TOO_MANY_REQUESTS,
)


class _Anonymous(AuthBase):
    """Keeps passwords of the machine's own .netrc from being sent."""

    def __call__(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        return request


def post(url: str, body: bytes, headers: Mapping[str, str], *, message: str) -> str:
    """Post a body; return the answer's text.

    Parameters
    ----------
    url : str
    body : bytes
    headers : mapping of str to str
    message : str
        Identity of the message, at every attempt the same; sent as `Idempotency-Key`.

    Raises
    ------
    NotSent
        If the server cannot be reached or refuses.
    """
    # Text as bytes: settings may hold letters that headers must not.
    named = {"Content-Type": "application/json; charset=utf-8", **headers}
    given = {name: text.encode() for name, text in {**named, "Idempotency-Key": message}.items()}
    end = time.monotonic() + TIMEOUT_S
    try:
        with requests.post(
            url,
            data=body,
            headers=given,
            auth=_Anonymous(),
            timeout=TIMEOUT_S,
            allow_redirects=False,
            stream=True,
        ) as answer:
            text = _read(answer, end)
    except requests.Timeout as error:
        raise NotSent("服务器超时未答 / the server did not answer in time", gone=True) from error
    except requests.exceptions.SSLError as error:
        raise NotSent(
            "服务器证书无效 / the server's certificate is not valid", gone=True
        ) from error
    except requests.ConnectionError as error:
        raise NotSent("连不上服务器 / the server cannot be reached", gone=True) from error
    except requests.RequestException as error:
        name = type(error).__name__
        raise NotSent(f"请求失败：{name} / the request failed: {name}") from error
    status = answer.status_code
    if not HTTPStatus.OK <= status < HTTPStatus.MULTIPLE_CHOICES:
        again = status >= HTTPStatus.INTERNAL_SERVER_ERROR or status in _PASSING
        raise NotSent(f"服务器答复 {status} / the server answered {status}", again=again)
    return text


def _read(answer: requests.Response, end: float) -> str:
    """Read a small answer; a server that drips or pours is cut off."""
    got = bytearray()
    for byte in answer.iter_content(1):
        got += byte
        if len(got) >= _LARGEST_B or time.monotonic() > end:
            break
    return got.decode(errors="replace")
