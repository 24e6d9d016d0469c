"""Reading NetCDF in a process of its own: a file that fells the library fells no gate."""

import io
import json
import subprocess
import sys
from dataclasses import asdict, dataclass
from typing import Final

import numpy as np

from lantian.gate.doors.message import SYNTAX, BadMessage, Message
from lantian.profile.scan import Scan

#: Seconds that the process may take.
_MOST_S: Final = 60
#: Its exit when it refuses the file, and says why.
REFUSED: Final = 3


@dataclass(frozen=True, slots=True)
class NetcdfLayout:
    """Names of what is read; as they stand here they are E-PROFILE's L2 (EUMETNET).

    Attributes
    ----------
    time, height, backscatter : str
        Variables; backscatter is of (time, height).
    ground : str
        Variable with the height of the ground, where heights are above the sea; "" where they
        are above the ground.
    flag : str
        Variable of flags, "" for none.
    valid, invalid : tuple of int
        Flags of gates that count and that do not; other flags say nothing.
    cloud : str
        Variable of the cloud base above the ground, of (time,) or (time, layer); "" for none.
    scale : float
        Times this the backscatter is in 1e-6 / (m sr); 0 where its `units` say so.
    """

    time: str = "time"
    height: str = "altitude"
    backscatter: str = "attenuated_backscatter_0"
    ground: str = "station_altitude"
    flag: str = "quality_flag"
    valid: tuple[int, ...] = (0,)
    invalid: tuple[int, ...] = (1,)
    cloud: str = "cloud_base_height"
    scale: float = 0.0


def read_apart(message: Message, layout: NetcdfLayout) -> Scan:
    """Read a scan as `read_netcdf`, in a process of its own.

    Raises
    ------
    BadMessage
        If it cannot be read, or reading it takes too long, too much memory, or the process's
        life.
    """
    head = json.dumps(
        {"stream": message.stream, "origin": message.origin, "layout": asdict(layout)}
    )
    try:
        done = subprocess.run(
            [sys.executable, "-m", "lantian.gate.doors.netcdf"],
            input=head.encode() + b"\n" + message.body,
            capture_output=True,
            timeout=_MOST_S,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise _felled(message, f"> {_MOST_S} s") from error
    if done.returncode == REFUSED:
        told = json.loads(done.stderr.splitlines()[-1])
        raise BadMessage(told["cause"], told["what"], where=told["where"], fix=told["fix"])
    if done.returncode != 0:
        raise _felled(message, f"exit {done.returncode}")
    with np.load(io.BytesIO(done.stdout), allow_pickle=False) as arrays:
        return Scan(**dict(arrays))


def _felled(message: Message, what: str) -> BadMessage:
    return BadMessage(
        SYNTAX,
        f"读取程序中断 / reading it broke off: {what}",
        where=f"{message.stream} {message.origin}",
        fix="检查文件是否损坏 / see whether the file is damaged",
    )
