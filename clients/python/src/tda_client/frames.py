"""Frames: a fixed header, a Protocol Buffers message, then arrays as they lie in memory.

docs/protocol.md has the byte tables; a length is checked against its limit before anything is read for it.
"""

import struct
from enum import IntEnum
from typing import NamedTuple

from .errors import ProtocolError

VERSION = 1
HEADER = struct.Struct("<IBBHQI")
# The header's bytes after the length field.
REST_OF_HEADER = HEADER.size - 4
# `status` of a busy daemon is the longest control message.
MAX_CONTROL = 16 << 20


class Kind(IntEnum):
    HELLO = 0x01
    COMPUTE = 0x02
    ESTIMATE = 0x03
    CANCEL = 0x04
    STATUS = 0x05
    DEVICES = 0x06
    METRICS = 0x07
    WELCOME = 0x81
    RESULT = 0x82
    ESTIMATE_REPLY = 0x83
    CANCEL_REPLY = 0x84
    STATUS_REPLY = 0x85
    DEVICES_REPLY = 0x86
    METRICS_REPLY = 0x87
    PROGRESS = 0x88
    FAILURE = 0xFF


class Header(NamedTuple):
    """What a frame says of itself; lengths in bytes."""

    kind: Kind
    request: int
    control_length: int
    arrays_length: int


class Frame(NamedTuple):
    kind: Kind
    request: int
    control: bytes
    arrays: bytes


def encode(kind, request, message, arrays=()):
    """The buffers of a frame, in order; arrays are C-contiguous little-endian and not copied.

    Raises ValueError when the frame would be longer than a length field can say.
    """
    control = message.SerializeToString()
    length = REST_OF_HEADER + len(control) + sum(array.nbytes for array in arrays)
    if length >= 1 << 32:
        raise ValueError(f"the request is {length} bytes long, past the protocol's 4 GiB")
    return [
        HEADER.pack(length, VERSION, kind, 0, request, len(control)) + control,
        *(memoryview(array).cast("B") for array in arrays if array.nbytes),
    ]


def read_header(data):
    """The header of a frame from its first `HEADER.size` bytes; raises ProtocolError for what is none."""
    length, version, kind, reserved, request, control_length = HEADER.unpack(data)
    if version != VERSION or reserved != 0:
        raise ProtocolError(f"a frame of version {version}; this client speaks version {VERSION}")
    if control_length > MAX_CONTROL or REST_OF_HEADER + control_length > length:
        raise ProtocolError(f"a frame of {length} bytes with a control message of {control_length}")
    try:
        kind = Kind(kind)
    except ValueError:
        raise ProtocolError(f"a frame of unknown kind {kind:#04x}") from None
    return Header(kind, request, control_length, length - REST_OF_HEADER - control_length)
