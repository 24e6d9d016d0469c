"""HJ 212 as plainly as its text puts it: slow, and sharing no code with the package."""


def crc(data: bytes) -> int:
    """Appendix A of HJ 212-2017, line by line."""
    register = 0xFFFF
    for byte in data:
        register = (register >> 8) ^ byte
        for _ in range(8):
            lowest = register & 1
            register >>= 1
            if lowest:
                register ^= 0xA001
    return register


def modbus(data: bytes) -> int:
    """CRC-16/MODBUS, bit by bit."""
    register = 0xFFFF
    for byte in data:
        register ^= byte
        for _ in range(8):
            lowest = register & 1
            register >>= 1
            if lowest:
                register ^= 0xA001
    return register


def frame(segment: str, end: bytes = b"\r\n") -> bytes:
    """Table 2: `##`, length, data segment, CRC, CR LF."""
    data = segment.encode()
    return f"##{len(data):04d}".encode() + data + f"{crc(data):04X}".encode() + end


def upload(area: str, cn: str = "2011", flag: str = "5") -> bytes:
    """Frame of a device with a data area."""
    return frame(
        f"QN=20160801085857223;ST=22;CN={cn};PW=123456;MN=010000A8900016F000169DC0;"
        f"Flag={flag};CP=&&{area}&&"
    )
