import NIOCore

/// The version of the protocol that this library speaks.
public let protocolVersion: UInt8 = 1

/// What stands before a frame's control message: 20 bytes, little-endian.
///
/// | offset | size | field |
/// | --- | --- | --- |
/// | 0 | 4 | length: bytes that follow this field |
/// | 4 | 1 | version |
/// | 5 | 1 | kind |
/// | 6 | 2 | zero |
/// | 8 | 8 | request id |
/// | 16 | 4 | control length |
///
/// The control message follows, and after it the arrays up to the frame's length.
public struct FrameHeader: Sendable, Hashable {
    public static let byteCount = 20
    /// What `length` counts of the header itself.
    static let countedByteCount = byteCount - 4

    public var kind: FrameKind
    public var requestID: UInt64
    /// Bytes of the control message.
    public var controlLength: Int
    /// Bytes of all arrays.
    public var arrayLength: Int

    public init(kind: FrameKind, requestID: UInt64, controlLength: Int, arrayLength: Int) {
        self.kind = kind
        self.requestID = requestID
        self.controlLength = controlLength
        self.arrayLength = arrayLength
    }

    /// Reads a header, or nothing when it is not all there yet. What is there is checked at once, so
    /// that a wrong length is refused by its four bytes alone.
    static func read(
        from buffer: inout ByteBuffer, limits: FrameLimits
    ) throws(WireError) -> FrameHeader? {
        let start = buffer.readerIndex
        guard let length = buffer.getInteger(at: start, endianness: .little, as: UInt32.self).map(Int.init)
        else { return nil }
        guard length >= countedByteCount else { throw .shortFrame(length: length) }
        if let version = buffer.getInteger(at: start + 4, as: UInt8.self) {
            guard version == protocolVersion else { throw .unknownVersion(version) }
        }
        guard length <= limits.frame else { throw .longFrame(length: length, limit: limits.frame) }
        guard buffer.readableBytes >= byteCount else { return nil }

        let rawKind = buffer.getInteger(at: start + 5, as: UInt8.self) ?? 0
        guard let kind = FrameKind(rawValue: rawKind) else { throw .unknownKind(rawKind) }
        let reserved = buffer.getInteger(at: start + 6, endianness: .little, as: UInt16.self) ?? 0
        guard reserved == 0 else { throw .reservedNotZero(reserved) }
        let requestID = buffer.getInteger(at: start + 8, endianness: .little, as: UInt64.self) ?? 0
        let controlLength = Int(buffer.getInteger(at: start + 16, endianness: .little, as: UInt32.self) ?? 0)
        guard controlLength <= limits.control else {
            throw .longControl(length: controlLength, limit: limits.control)
        }
        guard controlLength <= length - countedByteCount else {
            throw .controlPastFrame(control: controlLength, frame: length)
        }
        buffer.moveReaderIndex(forwardBy: byteCount)
        return FrameHeader(
            kind: kind, requestID: requestID, controlLength: controlLength,
            arrayLength: length - countedByteCount - controlLength)
    }

    /// - Precondition: the frame's length fits into 32 bits.
    func write(to buffer: inout ByteBuffer) {
        let length = Self.countedByteCount + controlLength + arrayLength
        buffer.writeInteger(UInt32(length), endianness: .little)
        buffer.writeInteger(protocolVersion)
        buffer.writeInteger(kind.rawValue)
        buffer.writeInteger(UInt16(0))
        buffer.writeInteger(requestID, endianness: .little)
        buffer.writeInteger(UInt32(controlLength), endianness: .little)
    }
}

/// The longest frame and control message that a receiver takes, in bytes.
public struct FrameLimits: Sendable, Hashable {
    /// Of what follows the length field.
    public var frame: Int
    public var control: Int

    public init(frame: Int = Int(UInt32.max), control: Int = 1 << 16) {
        self.frame = min(frame, Int(UInt32.max))
        self.control = control
    }
}
