import NIOCore
public import Vocabulary

/// One raw array of a frame. Little-endian on the wire and in memory, so bytes are moved, not converted.
public enum WireArray: Sendable, Hashable {
    case float32([Float])
    case float64([Double])
    case int32([Int32])
    case uint32([UInt32])
    case uint16([UInt16])
    /// Travels as (birth, death) × float64; only ever sent.
    case pairs([PersistencePair])

    public init(_ scalars: Scalars) {
        switch scalars {
        case .float32(let values): self = .float32(values)
        case .float64(let values): self = .float64(values)
        }
    }

    /// The real numbers in it, nil where it holds none.
    public var scalars: Scalars? {
        switch self {
        case .float32(let values): .float32(values)
        case .float64(let values): .float64(values)
        case .int32, .uint32, .uint16, .pairs: nil
        }
    }

    var count: Int {
        switch self {
        case .float32(let values): values.count
        case .float64(let values): values.count
        case .int32(let values): values.count
        case .uint32(let values): values.count
        case .uint16(let values): values.count
        case .pairs(let values): values.count
        }
    }

    /// Bytes of one element on the wire.
    var stride: Int {
        switch self {
        case .float32, .int32, .uint32: 4
        case .float64: 8
        case .uint16: 2
        case .pairs: 16
        }
    }

    var byteCount: Int { count * stride }

    /// Appends the bytes of `elements` to `buffer`.
    func write(_ elements: Range<Int>, to buffer: inout ByteBuffer) {
        #if _endian(big)
        #error("arrays travel little-endian; this host would have to swap them")
        #endif
        switch self {
        case .float32(let values): buffer.appendRaw(values, elements)
        case .float64(let values): buffer.appendRaw(values, elements)
        case .int32(let values): buffer.appendRaw(values, elements)
        case .uint32(let values): buffer.appendRaw(values, elements)
        case .uint16(let values): buffer.appendRaw(values, elements)
        case .pairs(let pairs):
            buffer.writeWithUnsafeMutableBytes(minimumWritableBytes: 16 * elements.count) { bytes in
                var offset = 0
                for pair in pairs[elements] {
                    bytes.storeBytes(of: pair.birth, toByteOffset: offset, as: Double.self)
                    bytes.storeBytes(of: pair.death, toByteOffset: offset &+ 8, as: Double.self)
                    offset &+= 16
                }
                return offset
            }
        }
    }
}

extension ByteBuffer {
    fileprivate mutating func appendRaw<Element: BitwiseCopyable>(_ values: [Element], _ range: Range<Int>) {
        values.withUnsafeBufferPointer { values in
            _ = writeBytes(UnsafeRawBufferPointer(UnsafeBufferPointer(rebasing: values[range])))
        }
    }
}
