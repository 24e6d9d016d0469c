"""A monitor written only from the text of HJ 212-2017; it shares no code with the package.

`python tests/gate/independent.py HOST:PORT MN PW [SECONDS]` connects as one and serves requests.
"""

import socket
import sys
import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

#: Table 1: an answer is waited for so long, and a message sent so often again.
OVERTIME_S, RECOUNT = 5.0, 3
ONE_MS = timedelta(milliseconds=1)
#: Table 9: requests that set something, and the field of table 4 that they carry.
SETTINGS = {"1062": "RtdInterval", "1064": "MinInterval", "1072": "NewPW", "1012": "SystemTime"}
#: Requests that ask for one value back.
QUESTIONS = {"1061": "RtdInterval", "1063": "MinInterval", "1011": "SystemTime"}
#: Table 4: what MinInterval may be.
MINUTES = ("1", "2", "3", "4", "5", "6", "10", "12", "15", "20", "30")
HISTORIES = ("2031", "2051", "2061")
#: Requests that are carried out without giving data back.
PLAIN = ("1000", "2011", "2021", "3011")
#: Notices of the platform.
NOTICES = ("2012", "2022")


def checksum(segment: bytes) -> int:
    """Appendix A: the high byte of the register with each byte, then eight shifts."""
    register = 0xFFFF
    for character in segment:
        register = character ^ (register >> 8)
        for _ in range(8):
            out = register & 0x0001
            register >>= 1
            if out == 1:
                register ^= 0xA001
    return register


def pack(segment: str) -> bytes:
    """Table 2: ##, length of the data segment in four digits, the segment, CRC, CR LF."""
    data = segment.encode("utf-8")
    return b"##" + b"%04d" % len(data) + data + b"%04X" % checksum(data) + b"\r\n"


class WrongError(Exception):
    """What came does not follow the text."""


@dataclass
class Message:
    """Table 3: fields of a data segment, and the items of its data area in order."""

    fields: dict[str, str]
    items: list[tuple[str, str]]

    def __getitem__(self, name: str) -> str:
        return self.fields.get(name, "")

    def item(self, name: str) -> str:
        """Value of the first item of a name, "" where there is none."""
        return next((value for known, value in self.items if known == name), "")


def unpack(packet: bytes) -> Message:
    """Take a packet apart by tables 2 and 3, refusing what is not as they say."""
    if not (packet.startswith(b"##") and packet.endswith(b"\r\n") and packet[2:6].isdigit()):
        raise WrongError(f"no packet: {packet!r}")
    segment = packet[6:-6]
    if int(packet[2:6]) != len(segment):
        raise WrongError(f"length {packet[2:6]!r}, and {len(segment)} are there")
    if packet[-6:-2] != b"%04X" % checksum(segment):
        raise WrongError(f"CRC {packet[-6:-2]!r}")
    head, mark, rest = segment.decode("utf-8").partition("CP=&&")
    if not mark or not rest.endswith("&&"):
        raise WrongError(f"no data area: {segment!r}")
    fields = dict(part.split("=", 1) for part in head.split(";") if part)
    words = [word for item in rest[:-2].split(";") for word in item.split(",") if word]
    return Message(fields, [(w.split("=", 1)[0], w.split("=", 1)[1]) for w in words])


@dataclass
class Memory:
    """What a monitor knows of itself and has measured, by CN and DataTime."""

    realtime_s: int = 60
    minutes: int = 1
    #: By how much its clock is ahead.
    clock: timedelta = timedelta(0)
    overtime_s: int = 5
    recount: int = 3
    sends: bool = True
    history: dict[str, dict[str, str]] = field(default_factory=dict)


class Monitor:
    """A monitor at its end of one connection.

    `bits` is the version in the Flag: 0 for 2005, 1 for 2017, 2 for 2025.
    """

    def __init__(
        self, address: tuple[str, int], mn: str, pw: str, *, st: str = "22", bits: int = 1
    ) -> None:
        self.mn, self.pw, self.st, self.bits = mn, pw, st, bits
        self.memory = Memory()
        self.served: list[str] = []
        self._socket = socket.create_connection(address, timeout=OVERTIME_S)
        self._held = b""
        self._waiting: list[Message] = []
        self._last = datetime.min.replace(tzinfo=UTC)

    def close(self) -> None:
        self._socket.close()

    def now(self) -> datetime:
        """Time of its clock: Beijing time, as far as it is right."""
        return datetime.now(UTC) + timedelta(hours=8) + self.memory.clock

    def _qn(self) -> str:
        """17 digits of a moment to the millisecond, none of them twice."""
        self._last = max(self.now(), self._last + ONE_MS)
        return f"{self._last:%Y%m%d%H%M%S}{self._last.microsecond // 1000:03d}"

    def packet(self, cn: str, area: str, *, flag: int, more: str = "", qn: str = "") -> bytes:
        """A packet of this monitor; answers go by system code 91."""
        st = "91" if cn.startswith("90") else self.st
        return pack(
            f"QN={qn or self._qn()};ST={st};CN={cn};PW={self.pw};MN={self.mn};"
            f"Flag={flag};{more}CP=&&{area}&&"
        )

    def flag(self, *, parts: bool = False, answer: bool = False) -> int:
        """Flag: version in the high bits, then D for parts, then A for an answer."""
        return self.bits * 4 + 2 * parts + answer

    # ---- Uploads and notices -------------------------------------------------------------

    def upload(self, cn: str, area: str, *, answer: bool = True) -> str:
        """Upload data; with `answer` send again until it comes. Return the QN."""
        qn = self._qn()
        packet = self.packet(cn, area, flag=self.flag(answer=answer), qn=qn)
        self._say(packet, qn if answer else "", "9014")
        return qn

    def upload_parts(self, cn: str, areas: list[str], *, answer: bool = True) -> list[str]:
        """Tables C.49 and C.50: each part a packet with a QN of its own."""
        made = []
        for number, area in enumerate(areas, 1):
            made.append(self._qn())
            more = f"PNUM={len(areas)};PNO={number};"
            flag = self.flag(parts=True, answer=answer)
            self._say(
                self.packet(cn, area, flag=flag, more=more, qn=made[-1]),
                made[-1] if answer else "",
                "9014",
            )
        return made

    def notify(self, cn: str, area: str = "") -> str:
        """Send a notice and wait until it is answered."""
        qn = self._qn()
        self._say(self.packet(cn, area, flag=self.flag(answer=True), qn=qn), qn, "9013")
        return qn

    def _say(self, packet: bytes, qn: str, answer: str) -> None:
        for _ in range(RECOUNT):
            self._socket.sendall(packet)
            if not qn or self.wait_for(qn, answer, OVERTIME_S) is not None:
                return
        raise WrongError(f"no {answer} for {qn}")

    # ---- Receiving -----------------------------------------------------------------------

    def receive(self, seconds: float) -> Message | None:
        """Next message; None where none comes in time."""
        until = time.monotonic() + seconds
        while True:
            end = self._held.find(b"\r\n")
            if end >= 0:
                packet, self._held = self._held[: end + 2], self._held[end + 2 :]
                return unpack(packet)
            left = until - time.monotonic()
            if left <= 0:
                return None
            self._socket.settimeout(left)
            try:
                data = self._socket.recv(65536)
            except TimeoutError:
                return None
            if not data:
                raise ConnectionError("the platform has gone")
            self._held += data

    def wait_for(self, qn: str, cn: str, seconds: float) -> Message | None:
        """Wait for an answer to a message; requests that come meanwhile are kept."""
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            message = self.receive(left)
            if message is None:
                break
            if message["CN"] == cn and message["QN"] == qn:
                if message["ST"] != "91" or message["MN"] != self.mn:
                    raise WrongError(f"an answer with other fields: {message.fields}")
                if int(message["Flag"]) != self.flag():
                    raise WrongError(f"an answer with Flag {message['Flag']}")
                return message
            if not message["CN"].startswith("90"):
                self._waiting.append(message)
        return None

    # ---- Requests of the platform --------------------------------------------------------

    def serve(self, seconds: float, *, until: int = 1_000_000) -> int:
        """Carry out requests for so long, at most so many; return how many."""
        end = time.monotonic() + seconds
        done = 0
        while done < until and (left := end - time.monotonic()) > 0:
            message = self._waiting.pop(0) if self._waiting else self.receive(left)
            if message is not None and not message["CN"].startswith("90"):
                self._carry_out(message)
                done += 1
        return done

    def _carry_out(self, message: Message) -> None:
        cn, qn = message["CN"], message["QN"]
        self.served.append(cn)
        if cn in NOTICES:
            self.memory.sends = False
            self._socket.sendall(self.packet("9013", "", flag=self.flag(), qn=qn))
            return
        ready = self._ready(message)
        self._socket.sendall(self.packet("9011", f"QnRtn={ready}", flag=self.flag(), qn=qn))
        if ready == 1:
            result = self._execute(message)
            self._socket.sendall(self.packet("9012", f"ExeRtn={result}", flag=self.flag(), qn=qn))
            if cn == "1072" and result == 1:
                self.pw = message.item("NewPW")

    def _ready(self, message: Message) -> int:
        """Table 7: 1 ready, else which field is wrong."""
        known = {*SETTINGS, *QUESTIONS, *HISTORIES, *PLAIN}
        checks = [
            (len(message["QN"]) == 17 and message["QN"].isdigit(), 7),
            (message["PW"] == self.pw, 3),
            (message["MN"] == self.mn, 4),
            (message["ST"] == self.st, 5),
            (message["Flag"].isdigit() and int(message["Flag"]) % 2 == 1, 6),
            (message["CN"] in known, 8),
        ]
        return next((code for good, code in checks if not good), 1)

    def _execute(self, message: Message) -> int:
        """Table 6: 1 done, 3 a wrong condition, 100 no data."""
        cn = message["CN"]
        if cn in SETTINGS:
            return self._set(cn, message.item(SETTINGS[cn]))
        if cn in QUESTIONS:
            name = QUESTIONS[cn]
            packet = self.packet(
                cn, f"{name}={self._setting(name)}", flag=self.flag(), qn=message["QN"]
            )
            self._socket.sendall(packet)
            return 1
        if cn == "1000":
            self.memory.overtime_s = int(message.item("OverTime"))
            self.memory.recount = int(message.item("ReCount"))
        if cn == "2011":
            self.memory.sends = True
        if cn in HISTORIES:
            return self._tell(cn, message.item("BeginTime"), message.item("EndTime"))
        return 1

    def _setting(self, name: str) -> str:
        return {
            "RtdInterval": str(self.memory.realtime_s),
            "MinInterval": str(self.memory.minutes),
            "SystemTime": f"{self.now():%Y%m%d%H%M%S}",
        }[name]

    def _set(self, cn: str, value: str) -> int:
        if cn == "1012":
            at = datetime.strptime(value, "%Y%m%d%H%M%S").replace(tzinfo=UTC)
            self.memory.clock += at - self.now()
        elif cn == "1062":
            if not (value.isdigit() and 30 <= int(value) <= 3600):
                return 3
            self.memory.realtime_s = int(value)
        elif cn == "1064":
            if value not in MINUTES:
                return 3
            self.memory.minutes = int(value)
        return 1

    def _tell(self, cn: str, begin: str, end: str) -> int:
        """Upload what was measured from `begin` to `end`, each with an answer."""
        known = self.memory.history.get(cn, {})
        wanted = [at for at in sorted(known) if begin <= at <= end]
        for at in wanted:
            self.upload(cn, f"DataTime={at};{known[at]}")
        return 1 if wanted else 100


def main(address: str, mn: str, pw: str, seconds: str = "60") -> int:
    host, _, port = address.rpartition(":")
    monitor = Monitor((host, int(port)), mn, pw)
    hour = monitor.now().replace(minute=0, second=0) - timedelta(hours=2)
    monitor.memory.history = {
        "2061": {
            f"{hour - timedelta(hours=n):%Y%m%d%H%M%S}": f"a34004-Avg={30 + n},a34004-Flag=N"
            for n in range(24)
        }
    }
    # The platform knows by this upload on which connection it reaches the monitor.
    monitor.upload("2011", f"DataTime={monitor.now():%Y%m%d%H%M%S};a34004-Rtd=31,a34004-Flag=N")
    print(f"served {monitor.serve(float(seconds))}: {', '.join(monitor.served)}")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
