import NIOCore
import SwiftProtobuf
import Vocabulary

extension SwiftProtobuf.Message {
    init(_ control: ByteBuffer, kind: FrameKind) throws(WireError) {
        do {
            try self.init(serializedBytes: Array(control.readableBytesView))
        } catch {
            throw .malformedMessage(kind)
        }
    }

    /// - Precondition: all strings in it are Swift strings, so there is nothing that cannot be written.
    var bytes: [UInt8] {
        do {
            return try serializedBytes()
        } catch {
            preconditionFailure("a message without required fields serialises: \(error)")
        }
    }
}

extension ProtoPrecision {
    init(_ precision: Precision) {
        switch precision {
        case .float32: self = .float32
        case .float64: self = .float64
        }
    }

    func precision(of field: String) throws(InvalidInput) -> Precision {
        switch self {
        case .float32: return .float32
        case .float64: return .float64
        case .UNRECOGNIZED(let value):
            throw .badParameter(field, reason: "\(value) is no precision; 0 is float32, 1 is float64")
        }
    }
}

/// Counts and sizes travel unsigned; a negative one cannot arise here and travels as 0.
extension UInt64 {
    init(count: Int) { self = UInt64(Swift.max(count, 0)) }
}

extension UInt32 {
    init(count: Int) { self = UInt32(clamping: count) }
}

extension Duration {
    init(milliseconds: UInt64) { self = .milliseconds(Int64(clamping: milliseconds)) }

    /// Rounded up, so that nobody comes back too early.
    var wholeMilliseconds: UInt64 {
        let (seconds, attoseconds) = components
        guard seconds >= 0, attoseconds >= 0 else { return 0 }
        let fraction = UInt64((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000)
        let whole = UInt64(seconds).multipliedReportingOverflow(by: 1000)
        return whole.overflow ? .max : whole.partialValue.addingReportingOverflow(fraction).partialValue
    }
}
