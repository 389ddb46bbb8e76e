public import Vocabulary

/// Bytes that are not a frame of the protocol. The connection they came from cannot be read further.
public enum WireError: Error, Sendable, Hashable {
    case shortFrame(length: Int)
    case longFrame(length: Int, limit: Int)
    case unknownVersion(UInt8)
    case unknownKind(UInt8)
    case reservedNotZero(UInt16)
    case longControl(length: Int, limit: Int)
    case controlPastFrame(control: Int, frame: Int)
    /// The control message is not the Protocol Buffers message that its kind calls for.
    case malformedMessage(FrameKind)
    /// A kind that the receiver does not take, or not now.
    case unexpectedKind(FrameKind, expected: String)
    /// The id of a request that is not answered yet.
    case repeatedRequest(UInt64)
    /// The peer stopped sending in the middle of a frame.
    case truncated
}

extension WireError {
    public var failure: Failure {
        switch self {
        case .shortFrame(let length):
            Failure(
                .invalidArgument,
                "frame length \(length) is below the \(FrameHeader.countedByteCount) bytes of its header")
        case .longFrame(let length, let limit):
            Failure(
                .resourceExhausted, "frame of \(length) bytes, at most \(limit) are taken",
                details: ["length": "\(length)", "limit": "\(limit)"])
        case .unknownVersion(let version):
            Failure(
                .unsupported, "protocol version \(version) is not spoken here, use \(protocolVersion)",
                details: ["supported": "\(protocolVersion)"])
        case .unknownKind(let kind):
            Failure(.unsupported, "frame kind \(kind) is not known here")
        case .reservedNotZero(let value):
            Failure(.invalidArgument, "bytes 6 and 7 of the frame header are \(value), they must be zero")
        case .longControl(let length, let limit):
            Failure(
                .resourceExhausted, "control message of \(length) bytes, at most \(limit) are taken",
                details: ["length": "\(length)", "limit": "\(limit)"])
        case .controlPastFrame(let control, let frame):
            Failure(
                .invalidArgument,
                "control message of \(control) bytes does not fit into its frame of \(frame) bytes")
        case .malformedMessage(let kind):
            Failure(.invalidArgument, "the control message of this \(kind) frame does not parse")
        case .unexpectedKind(let kind, let expected):
            Failure(.invalidArgument, "unexpected \(kind) frame, expected \(expected)")
        case .repeatedRequest(let id):
            Failure(.invalidArgument, "request \(id) is not answered yet, give the next one another id")
        case .truncated:
            Failure(.invalidArgument, "the connection ended in the middle of a frame")
        }
    }
}
