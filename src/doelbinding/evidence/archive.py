"""The bundle's container: a ZIP whose bytes depend on its content alone, read with suspicion.

Members are stored uncompressed with a fixed date, so the same evidence gives the same bytes on any
machine. On reading, sizes are capped before anything is unpacked; somebody may have repacked it.
"""

import io
import struct
import zipfile
import zlib
from collections.abc import Mapping

from doelbinding.evidence.errors import ArchiveError

MOST_MEMBERS = 100_000
"""A bundle has each plan there was: of every night, and of every request."""

MOST_BYTES = 2**31
_EPOCH = (1980, 1, 1, 0, 0, 0)
_UNIX = 3
_READ_WRITE = 0o644 << 16
_ENCRYPTED = 0x1
_METHODS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)


def pack(members: Mapping[str, bytes]) -> bytes:
    """Write *members* in the order given."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for name, content in members.items():
            info = zipfile.ZipInfo(name, date_time=_EPOCH)
            info.create_system, info.external_attr = _UNIX, _READ_WRITE
            archive.writestr(info, content)
    return buffer.getvalue()


def unpack(
    packed: bytes, *, most_bytes: int = MOST_BYTES, most_members: int = MOST_MEMBERS
) -> dict[str, bytes]:
    """Read every member.

    Raises:
        ArchiveError: it is no ZIP, is damaged, or would unpack to more than that.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            infos = archive.infolist()
            _refuse_bombs(infos, most_bytes, most_members)
            return {info.filename: archive.read(info) for info in infos}
    except (
        zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, EOFError, KeyError,
        NotImplementedError, OSError, OverflowError, RuntimeError, ValueError,
    ):  # fmt: skip
        raise ArchiveError(
            "the bundle is not a ZIP file, or is damaged; ask for it again"
        ) from None


def _refuse_bombs(infos: list[zipfile.ZipInfo], most_bytes: int, most_members: int) -> None:
    if len(infos) > most_members or sum(info.file_size for info in infos) > most_bytes:
        raise ArchiveError(
            f"the bundle would unpack to more than {most_members} files or {most_bytes} bytes; "
            "that is not read"
        )
    if len({info.filename for info in infos}) != len(infos):
        raise ArchiveError("the bundle holds two files of one name, so one of them would be hidden")
    if any(info.compress_type not in _METHODS or info.flag_bits & _ENCRYPTED for info in infos):
        raise ArchiveError("the bundle holds a file that is encrypted or packed in an unusual way")
