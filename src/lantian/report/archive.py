"""Office files as zip archives whose bytes depend on their contents alone."""

from io import BytesIO
from typing import Final
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

#: The earliest time a zip archive can hold.
_NO_TIME: Final = (1980, 1, 1, 0, 0, 0)


def settled(archive: bytes) -> bytes:
    """Return the archive with its entries sorted by name and without times.

    Parameters
    ----------
    archive : bytes
        A zip archive, as .docx or .xlsx.

    Returns
    -------
    bytes
        The same entries; equal contents give equal bytes.
    """
    target = BytesIO()
    with ZipFile(BytesIO(archive)) as source, ZipFile(target, "w") as settled_zip:
        for name in sorted(source.namelist()):
            entry = ZipInfo(name, _NO_TIME)
            entry.compress_type = ZIP_DEFLATED
            entry.create_system = 0
            settled_zip.writestr(entry, source.read(name), compresslevel=6)
    return target.getvalue()
