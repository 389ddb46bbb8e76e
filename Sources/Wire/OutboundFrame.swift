public import NIOCore
import SwiftProtobuf

/// A frame to be sent: header and control message as bytes, arrays still as they are in memory.
public struct OutboundFrame: Sendable {
    public let kind: FrameKind
    public let requestID: UInt64
    let control: [UInt8]
    let arrays: [WireArray]

    init(_ kind: FrameKind, id: UInt64, _ message: some SwiftProtobuf.Message, arrays: [WireArray] = []) {
        self.kind = kind
        self.requestID = id
        self.control = message.bytes
        self.arrays = arrays
    }

    var arrayLength: Int { arrays.reduce(0) { $0 + $1.byteCount } }

    /// Bytes after the length field.
    public var length: Int { FrameHeader.countedByteCount + control.count + arrayLength }

    /// Whether a receiver with these limits takes it.
    public func fits(_ limits: FrameLimits) -> Bool {
        length <= limits.frame && control.count <= limits.control
    }

    /// Header and control message.
    func writeHead(to buffer: inout ByteBuffer) {
        FrameHeader(
            kind: kind, requestID: requestID, controlLength: control.count, arrayLength: arrayLength
        ).write(to: &buffer)
        buffer.writeBytes(control)
    }

    /// The whole frame in one buffer.
    public func serialized(allocator: ByteBufferAllocator = ByteBufferAllocator()) -> ByteBuffer {
        var buffer = allocator.buffer(capacity: FrameHeader.byteCount + control.count + arrayLength)
        writeHead(to: &buffer)
        for array in arrays { array.write(0..<array.count, to: &buffer) }
        return buffer
    }
}
