public import NIOCore
public import Vocabulary

/// What a client asks for, as the daemon reads it.
public enum Request: Sendable {
    case hello(version: UInt32, client: String)
    case compute(ComputeHead)
    case estimate(ComputeHead)
    case cancel(CancelTarget)
    case status
    /// `calibrate`: after measuring anew what each way of computing takes.
    case devices(calibrate: Bool)
    case metrics
}

/// Which computation a cancel means.
public enum CancelTarget: Sendable, Hashable {
    /// The request of this id on the same connection.
    case request(UInt64)
    /// The daemon's own number.
    case computation(UInt64)
}

/// Why a request is not taken: by the frame, after which the connection ends, or by what it says.
public enum RequestError: Error, Sendable {
    case wire(WireError)
    case refused(Failure)
}

extension Request {
    /// Reads the control message of a request.
    public init(header: FrameHeader, control: ByteBuffer) throws(RequestError) {
        do {
            switch header.kind {
            case .hello:
                let message = try ProtoHello(control, kind: .hello)
                self = .hello(version: message.version, client: message.client)
            case .compute:
                self = .compute(try Self.computeHead(header, control))
            case .estimate:
                self = .estimate(try Self.computeHead(header, control))
            case .cancel:
                switch try ProtoCancel(control, kind: .cancel).target {
                case .request(let id): self = .cancel(.request(id))
                case .computation(let id): self = .cancel(.computation(id))
                case nil: throw WireError.malformedMessage(.cancel)
                }
            case .status:
                _ = try ProtoStatusRequest(control, kind: .status)
                self = .status
            case .devices:
                self = .devices(calibrate: try ProtoDevicesRequest(control, kind: .devices).calibrate)
            case .metrics:
                _ = try ProtoMetricsRequest(control, kind: .metrics)
                self = .metrics
            case .welcome, .result, .estimateReply, .cancelReply, .statusReply, .devicesReply, .metricsReply,
                .progress, .failure:
                throw WireError.unexpectedKind(header.kind, expected: "a request")
            }
        } catch let error as WireError {
            throw .wire(error)
        } catch let failure as Failure {
            throw .refused(failure)
        } catch {
            throw .refused(Failure(.internal, "\(error)"))
        }
        guard arrays.reduce(0, { $0 + $1.byteCount }) == header.arrayLength else {
            throw .wire(.malformedMessage(header.kind))
        }
    }

    private static func computeHead(_ header: FrameHeader, _ control: ByteBuffer) throws -> ComputeHead {
        try ComputeHead(ProtoCompute(control, kind: header.kind), arrayLength: header.arrayLength)
    }

    /// The arrays that follow the message.
    public var arrays: [ArrayShape] {
        switch self {
        case .compute(let head), .estimate(let head): head.shape.arrays
        case .hello, .cancel, .status, .devices, .metrics: []
        }
    }
}

extension OutboundFrame {
    public static func hello(client: String) -> OutboundFrame {
        var message = ProtoHello()
        message.version = UInt32(protocolVersion)
        message.client = client
        return OutboundFrame(.hello, id: 0, message)
    }

    public static func compute(
        id: UInt64, _ request: ComputeRequest, progressInterval: Duration? = nil
    ) -> OutboundFrame {
        OutboundFrame(
            .compute, id: id, ProtoCompute(request, progressInterval: progressInterval),
            arrays: request.input.arrays)
    }

    public static func estimate(id: UInt64, _ request: ComputeRequest) -> OutboundFrame {
        OutboundFrame(
            .estimate, id: id, ProtoCompute(request, progressInterval: nil), arrays: request.input.arrays)
    }

    public static func cancel(id: UInt64, _ target: CancelTarget) -> OutboundFrame {
        var message = ProtoCancel()
        switch target {
        case .request(let id): message.request = id
        case .computation(let id): message.computation = id
        }
        return OutboundFrame(.cancel, id: id, message)
    }

    public static func status(id: UInt64) -> OutboundFrame {
        OutboundFrame(.status, id: id, ProtoStatusRequest())
    }

    public static func devices(id: UInt64, calibrate: Bool = false) -> OutboundFrame {
        var message = ProtoDevicesRequest()
        message.calibrate = calibrate
        return OutboundFrame(.devices, id: id, message)
    }

    public static func metrics(id: UInt64) -> OutboundFrame {
        OutboundFrame(.metrics, id: id, ProtoMetricsRequest())
    }
}
