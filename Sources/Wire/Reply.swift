public import NIOCore
public import Vocabulary

/// What the daemon answers, as a client reads it.
public enum Reply: Sendable {
    case welcome(Welcome)
    case result(ResultHead)
    case estimate(ComputeEstimate)
    case cancelled(found: Bool)
    case status(DaemonStatus)
    case devices(HardwareDescription)
    case metrics(String)
    case progress(ComputeProgress)
    case failure(Failure)
}

/// The daemon's answer to a hello: who it is, and what it takes from one connection.
public struct Welcome: Sendable, Hashable {
    public var version: UInt32
    public var server: String
    public var limits: FrameLimits
    public var maxInFlight: Int

    public init(
        version: UInt32 = UInt32(protocolVersion), server: String = platformVersion,
        limits: FrameLimits, maxInFlight: Int
    ) {
        self.version = version
        self.server = server
        self.limits = limits
        self.maxInFlight = maxInFlight
    }
}

extension Reply {
    /// Reads the control message of a reply.
    public init(header: FrameHeader, control: ByteBuffer) throws(WireError) {
        switch header.kind {
        case .welcome:
            let message = try ProtoWelcome(control, kind: .welcome)
            self = .welcome(
                Welcome(
                    version: message.version, server: message.server,
                    limits: FrameLimits(
                        frame: Int(clamping: message.limits.maxFrameBytes),
                        control: Int(clamping: message.limits.maxControlBytes)),
                    maxInFlight: Int(message.limits.maxInFlight)))
        case .result: self = .result(try ResultHead(ProtoResult(control, kind: .result)))
        case .estimateReply:
            self = .estimate(ComputeEstimate(try ProtoEstimate(control, kind: .estimateReply)))
        case .cancelReply: self = .cancelled(found: try ProtoCancelled(control, kind: .cancelReply).found)
        case .statusReply: self = .status(DaemonStatus(try ProtoStatus(control, kind: .statusReply)))
        case .devicesReply:
            self = .devices(HardwareDescription(try ProtoDevices(control, kind: .devicesReply)))
        case .metricsReply: self = .metrics(try ProtoMetrics(control, kind: .metricsReply).text)
        case .progress: self = .progress(ComputeProgress(try ProtoProgress(control, kind: .progress)))
        case .failure: self = .failure(Failure(try ProtoFailure(control, kind: .failure)))
        case .hello, .compute, .estimate, .cancel, .status, .devices, .metrics:
            throw .unexpectedKind(header.kind, expected: "a reply")
        }
        guard arrays.reduce(0, { $0 + $1.byteCount }) == header.arrayLength else {
            throw .malformedMessage(header.kind)
        }
    }

    /// The arrays that follow the message.
    public var arrays: [ArrayShape] {
        if case .result(let head) = self { head.arrays } else { [] }
    }
}

extension OutboundFrame {
    public static func welcome(_ welcome: Welcome) -> OutboundFrame {
        var message = ProtoWelcome()
        message.version = welcome.version
        message.server = welcome.server
        message.limits.maxFrameBytes = UInt64(count: welcome.limits.frame)
        message.limits.maxControlBytes = UInt64(count: welcome.limits.control)
        message.limits.maxInFlight = UInt32(count: welcome.maxInFlight)
        return OutboundFrame(.welcome, id: 0, message)
    }

    public static func estimateReply(id: UInt64, _ estimate: ComputeEstimate) -> OutboundFrame {
        OutboundFrame(.estimateReply, id: id, ProtoEstimate(estimate))
    }

    public static func cancelReply(id: UInt64, found: Bool) -> OutboundFrame {
        var message = ProtoCancelled()
        message.found = found
        return OutboundFrame(.cancelReply, id: id, message)
    }

    public static func statusReply(id: UInt64, _ status: DaemonStatus) -> OutboundFrame {
        OutboundFrame(.statusReply, id: id, ProtoStatus(status))
    }

    public static func devicesReply(id: UInt64, _ hardware: HardwareDescription) -> OutboundFrame {
        OutboundFrame(.devicesReply, id: id, ProtoDevices(hardware))
    }

    public static func metricsReply(id: UInt64, text: String) -> OutboundFrame {
        var message = ProtoMetrics()
        message.text = text
        return OutboundFrame(.metricsReply, id: id, message)
    }

    public static func progress(id: UInt64, _ progress: ComputeProgress) -> OutboundFrame {
        OutboundFrame(.progress, id: id, ProtoProgress(progress))
    }

    public static func failure(id: UInt64, _ failure: Failure) -> OutboundFrame {
        OutboundFrame(.failure, id: id, ProtoFailure(failure))
    }
}
