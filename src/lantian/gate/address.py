"""Addresses as HOST:PORT."""

from lantian.errors import BadRequest


def address(text: str, option: str) -> tuple[str, int]:
    """Read an address.

    Raises
    ------
    BadRequest
        If it is none.

    Examples
    --------
    >>> address("0.0.0.0:9212", "--hj212"), address("[::1]:0", "--hj212")
    (('0.0.0.0', 9212), ('::1', 0))
    """
    host, sign, port = text.rpartition(":")
    if not (host and sign and port.isascii() and port.isdigit() and int(port) < 65_536):
        raise BadRequest(
            f"{text!r} 不是地址 / is no address",
            where=option,
            fix="HOST:PORT，如 / as 0.0.0.0:9212",
        )
    return host.strip("[]"), int(port)
