import HTTPTypes
import Hummingbird

extension Request {
    /// The W3C trace context that the request came with, where it is well formed.
    var traceParent: String? {
        guard let text = headers[.traceParent] else { return nil }
        let parts = text.split(separator: "-", omittingEmptySubsequences: false).map(\.utf8)
        let isHex = { (byte: UInt8) in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte)
        }
        let isWellFormed = parts.map(\.count) == [2, 32, 16, 2] && parts.allSatisfy { $0.allSatisfy(isHex) }
        return isWellFormed ? text : nil
    }
}

extension HTTPField.Name {
    fileprivate static let traceParent = HTTPField.Name("traceparent")!
}
