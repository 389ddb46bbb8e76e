import NIOCore
import Synchronization
import Vocabulary
import Wire

/// Matches replies to the requests that wait for them. Lives on its channel's event loop.
final class ClientHandler: ChannelInboundHandler {
    typealias InboundIn = ReceivedFrame<Reply>
    typealias OutboundOut = OutboundFrame

    /// The end of a request that did not fail.
    enum Outcome: Sendable {
        case welcome(Welcome)
        case result(ComputeResult)
        case estimate(ComputeEstimate)
        case cancelled(found: Bool)
        case status(DaemonStatus)
        case devices(HardwareDescription)
        case metrics(String)
    }

    struct Pending: Sendable {
        let progress: TDAClient.ProgressHandler?
        let givenUp: GivenUp
        let continuation: CheckedContinuation<Result<Outcome, Failure>, Never>
    }

    /// Raised when the waiting task is cancelled, which may be before its request reaches the event loop.
    final class GivenUp: Sendable {
        private let raised = Atomic<Bool>(false)
        func raise() { raised.store(true, ordering: .releasing) }
        var isRaised: Bool { raised.load(ordering: .acquiring) }
    }

    /// What the daemon may send. Its control messages are longer than those it takes: a status lists
    /// every computation.
    static let limits = FrameLimits(control: 16 << 20)

    private var pending: [UInt64: Pending] = [:]
    /// Cancels get ids from the top, so that they never meet a request's.
    private var nextCancelID = UInt64.max
    private var loss: Failure?
    /// For the answer to the only request under way; nil where the loop is not to be kept awake for it.
    private var watch: InputWatch?

    var decoder: FrameDecoder<Reply> {
        FrameDecoder(limits: Self.limits) { header, control throws(WireError) in
            let reply = try Reply(header: header, control: control)
            // Nobody waits for the rest of a request that was given up.
            return self.pending[header.requestID] == nil && header.requestID != 0
                ? .skip : .collect(reply, reply.arrays)
        }
    }

    /// Keeps the loop awake for up to `patience` where answers come that quickly.
    func watch(_ channel: any Channel, for patience: Duration) {
        watch = InputWatch(channel, for: patience) { [weak self] in self?.pending.count == 1 }
    }

    func send(_ frame: OutboundFrame, _ request: Pending, on channel: any Channel) {
        guard !request.givenUp.isRaised else { return request.fail(.givenUp) }
        guard channel.isActive, loss == nil else { return request.fail(loss ?? .lost("it is closed")) }
        pending[frame.requestID] = request
        channel.writeAndFlush(frame, promise: nil)
        watch?.expect()
    }

    /// Gives up on a request: whoever waits is told at once, and so is the daemon.
    func cancel(_ id: UInt64, on channel: any Channel) {
        guard let request = pending.removeValue(forKey: id) else { return }
        request.fail(.givenUp)
        channel.writeAndFlush(OutboundFrame.cancel(id: nextCancelID, .request(id)), promise: nil)
        nextCancelID -= 1
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        let id = frame.header.requestID
        if id == 0, case .failure(let failure) = frame.message {
            // The daemon ends the connection, and says why.
            return end(context, failure)
        }
        if case .progress(let progress) = frame.message {
            pending[id]?.progress?(progress)
            return
        }
        watch?.arrived(isAlone: pending.count == 1)
        guard let request = pending.removeValue(forKey: id) else { return }
        request.continuation.resume(returning: Self.outcome(frame))
    }

    private static func outcome(_ frame: ReceivedFrame<Reply>) -> Result<Outcome, Failure> {
        switch frame.message {
        case .welcome(let welcome): return .success(.welcome(welcome))
        case .result(let head):
            do throws(WireError) {
                return .success(.result(try head.result(arrays: frame.arrays)))
            } catch {
                return .failure(.notUnderstood(error))
            }
        case .estimate(let estimate): return .success(.estimate(estimate))
        case .cancelled(let found): return .success(.cancelled(found: found))
        case .status(let status): return .success(.status(status))
        case .devices(let devices): return .success(.devices(devices))
        case .metrics(let text): return .success(.metrics(text))
        case .failure(let failure): return .failure(failure)
        case .progress:
            return .failure(.notUnderstood(.unexpectedKind(.progress, expected: "an answer")))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? WireError {
            end(
                context,
                error == .truncated ? .lost("it ended in the middle of a frame") : .notUnderstood(error))
        } else {
            end(context, .lost("\(error)"))
        }
    }

    func channelInactive(context: ChannelHandlerContext) {
        end(context, .lost("the daemon closed it"))
        context.fireChannelInactive()
    }

    private func end(_ context: ChannelHandlerContext, _ failure: Failure) {
        end(failure)
        context.close(promise: nil)
    }

    /// Fails all that wait, now and later. The first reason stays.
    func end(_ failure: Failure) {
        let reason = loss ?? failure
        loss = reason
        let waiting = pending
        pending = [:]
        for request in waiting.values { request.fail(reason) }
    }
}

extension ClientHandler.Pending {
    func fail(_ failure: Failure) { continuation.resume(returning: .failure(failure)) }
}

extension ClientHandler.Outcome {
    var kind: String {
        switch self {
        case .welcome: "welcome"
        case .result: "result"
        case .estimate: "estimate"
        case .cancelled: "cancelled"
        case .status: "status"
        case .devices: "devices"
        case .metrics: "metrics"
        }
    }
}

extension Failure {
    static let givenUp = Failure(.cancelled, "the request was cancelled by its caller")

    static func lost(_ reason: String) -> Failure {
        Failure(
            .unavailable, "the connection to the daemon was lost: \(reason); connect again",
            details: ["connection": "lost"], retryAfter: .seconds(1))
    }

    fileprivate static func notUnderstood(_ error: WireError) -> Failure {
        Failure(.internal, "the daemon's answer is not understood: \(error.failure.message)")
    }
}
