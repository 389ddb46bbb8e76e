import Engine
import Logging
import NIOCore
import Vocabulary
import Wire

/// One connection: reads requests, hands them to the engine, writes what comes of them. Lives on its
/// channel's event loop, and keeps it for no longer than a tiny computation takes.
///
/// A request that is wrong in itself is answered by a failure with its id. Bytes that are not frames of
/// the protocol are answered by a failure with id 0, and the connection is closed.
final class Session: ChannelInboundHandler {
    typealias InboundIn = ReceivedFrame<Admitted>
    typealias OutboundOut = OutboundFrame

    /// A request whose arrays, if it has any, may come.
    enum Admitted: Sendable {
        case hello(client: String)
        case compute(Job, ComputeHead)
        case estimate(Job, ComputeHead)
        case other(Request)
    }

    /// A request that is not answered yet, or whose answer is not all written.
    struct InFlight {
        let job: Job
        var progress: Scheduled<Void>?
    }

    let daemon: Daemon
    let channel: any Channel
    let meter = ReadMeter()
    let turn: LoopTurn
    /// Of the loop's thread. Where others want its core, there is none for a further thread either.
    var coreShare = CoreShare()
    /// For the next request of a client that asks one after the other.
    private(set) var watch: InputWatch?
    var logger: Logger
    var client: ClientID
    var inFlight: [UInt64: InFlight] = [:]
    /// The request whose arrays are being read.
    var uploading: UInt64?

    private let number: UInt64
    private let peer: PeerCredentials
    private var isGreeted = false
    private var isEnding = false
    private var helloTimeout: Scheduled<Void>?
    private var stalledReader: Scheduled<Void>?
    private var stalledUpload: Scheduled<Void>?

    init(_ daemon: Daemon, _ channel: any Channel, number: UInt64, peer: PeerCredentials) {
        self.daemon = daemon
        self.channel = channel
        self.number = number
        self.peer = peer
        turn = daemon.turns.turn(of: channel.eventLoop)
        client = ClientID(number: number, name: "pid \(peer.process)", user: peer.user)
        logger = daemon.logger
        logger[metadataKey: "connection"] = "\(number)"
        logger[metadataKey: "pid"] = "\(peer.process)"
        logger[metadataKey: "uid"] = "\(peer.user)"
    }

    // MARK: frames

    var decoder: FrameDecoder<Admitted> {
        FrameDecoder(limits: daemon.settings.frameLimits) { header, control throws(WireError) in
            try self.interpret(header, control)
        }
    }

    /// Decides by the control message whether the request is taken, before its arrays are read.
    private func interpret(
        _ header: FrameHeader, _ control: ByteBuffer
    ) throws(WireError) -> Interpretation<Admitted> {
        guard !isEnding else { return .skip }
        guard isGreeted || header.kind == .hello else {
            throw .unexpectedKind(header.kind, expected: "hello")
        }
        let request: Request
        do throws(RequestError) {
            request = try Request(header: header, control: control)
        } catch {
            switch error {
            case .wire(let error): throw error
            case .refused(let failure):
                send(.failure(id: header.requestID, failure))
                return .skip
            }
        }
        switch request {
        case .hello(_, let client):
            guard !isGreeted else { throw .unexpectedKind(.hello, expected: "a request") }
            return .collect(.hello(client: client), [])
        case .compute(let head), .estimate(let head):
            guard inFlight[header.requestID] == nil else { throw .repeatedRequest(header.requestID) }
            guard let job = admit(header, head) else { return .skip }
            inFlight[header.requestID] = InFlight(job: job)
            uploading = header.requestID
            return .collect(
                header.kind == .compute ? .compute(job, head) : .estimate(job, head), request.arrays)
        case .cancel, .status, .devices, .metrics:
            return .collect(.other(request), [])
        }
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        let frame = Self.unwrapInboundIn(data)
        let id = frame.header.requestID
        uploading = nil
        watch?.arrived(isAlone: daemon.turns.goOn(with: number))
        switch frame.message {
        case .hello(let name): greet(name)
        case .compute(let job, let head): compute(id, job, head, frame.arrays)
        case .estimate(let job, let head): estimate(id, job, head, frame.arrays)
        case .other(.cancel(let target)): cancel(id, target)
        case .other(.status): send(.statusReply(id: id, daemon.status))
        case .other(.devices(let calibrate)): devices(id, calibrate: calibrate)
        case .other(.metrics): send(.metricsReply(id: id, text: daemon.metricsText))
        case .other(.hello), .other(.compute), .other(.estimate): break
        }
    }

    func channelReadComplete(context: ChannelHandlerContext) {
        // Most frames come whole: only one that did not is worth a timer.
        if uploading != nil, stalledUpload == nil { watchUpload() }
        context.fireChannelReadComplete()
    }

    func send(_ frame: OutboundFrame, promise: EventLoopPromise<Void>? = nil) {
        channel.writeAndFlush(frame, promise: promise)
    }

    private func devices(_ id: UInt64, calibrate: Bool) {
        guard calibrate else { return send(.devicesReply(id: id, daemon.hardware)) }
        let (daemon, channel) = (daemon, channel)
        Task {
            do throws(Failure) {
                channel.writeAndFlush(
                    OutboundFrame.devicesReply(id: id, try await daemon.calibrate()), promise: nil)
            } catch {
                channel.writeAndFlush(OutboundFrame.failure(id: id, error), promise: nil)
            }
        }
    }

    private func greet(_ name: String) {
        isGreeted = true
        helloTimeout?.cancel()
        // A name is for people; what it holds besides is dropped.
        let printable = String(name.prefix(64).filter { $0.unicodeScalars.allSatisfy(\.isPrintable) })
        client = ClientID(number: number, name: printable.isEmpty ? client.name : printable, user: peer.user)
        logger.info("connected", metadata: ["client": "\(client.name)"])
        send(
            .welcome(
                Welcome(limits: daemon.settings.frameLimits, maxInFlight: daemon.settings.maxInFlight)))
    }

    /// Whether the loop, before it sleeps, may look for this connection's next request: a core is to spare, and there is
    /// nobody else to serve.
    private var mayWatch: Bool {
        inFlight.isEmpty && uploading == nil && daemon.turns.isFree(for: number, daemon.engine)
    }

    // MARK: the connection's life

    /// Called once the channel's handlers are in place.
    func start() {
        watch = InputWatch(channel, for: daemon.settings.attention) { [weak self] in self?.mayWatch ?? false }
        let timeout = daemon.settings.helloTimeout
        helloTimeout = channel.eventLoop.assumeIsolated().scheduleTask(in: TimeAmount(timeout)) { [self] in
            end(Failure(.deadlineExceeded, "no hello within \(timeout)"))
        }
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        // Nobody waits any more; one that only closed its writing side is not told apart.
        if let event = event as? ChannelEvent, event == .inputClosed, !isEnding {
            isEnding = true
            channel.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? WireError {
            end(error.failure)
        } else {
            logger.debug("connection failed", metadata: ["error": "\(error)"])
            isEnding = true
            channel.close(promise: nil)
        }
    }

    func channelWritabilityChanged(context: ChannelHandlerContext) {
        stalledReader?.cancel()
        stalledReader = nil
        if !context.channel.isWritable { watchReader(lastSeen: nil) }
        context.fireChannelWritabilityChanged()
    }

    func channelInactive(context: ChannelHandlerContext) {
        isEnding = true
        helloTimeout?.cancel()
        stalledReader?.cancel()
        stalledUpload?.cancel()
        for request in inFlight.values {
            request.progress?.cancel()
        }
        daemon.engine.cancel(inFlight.values.map(\.job.id))
        if isGreeted { logger.info("disconnected", metadata: ["cancelled": "\(inFlight.count)"]) }
        inFlight = [:]
        daemon.engine.forget(client)
        daemon.unregister(number)
        context.fireChannelInactive()
    }

    /// Says why, and closes the connection. What was asked over it is cancelled.
    func end(_ failure: Failure) {
        guard !isEnding else { return }
        isEnding = true
        logger.notice("closing the connection", metadata: ["reason": "\(failure.message)"])
        let channel = channel
        channel.writeAndFlush(OutboundFrame.failure(id: 0, failure)).whenComplete { _ in
            channel.close(promise: nil)
        }
        // A reader that takes not even this is not waited for.
        channel.eventLoop.assumeIsolated().scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
    }

    // MARK: those who stand still

    /// Ends the connection when nothing more comes of a frame.
    private func watchUpload() {
        let (id, seen) = (uploading, meter.byteCount)
        stalledUpload = channel.eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(daemon.settings.stallTimeout)
        ) { [weak self] in
            guard let self else { return }
            stalledUpload = nil
            guard let uploading else { return }
            if uploading == id, meter.byteCount == seen {
                end(Failure(.deadlineExceeded, "nothing more came of the frame of request \(uploading)"))
            } else {
                watchUpload()
            }
        }
    }

    private func watchReader(lastSeen: Int?) {
        stalledReader = channel.eventLoop.assumeIsolated().scheduleTask(
            in: TimeAmount(daemon.settings.stallTimeout)
        ) {
            [weak self] in
            guard let self, !channel.isWritable else { return }
            let waiting = try? channel.syncOptions?.getOption(.bufferedWritableBytes)
            guard waiting != lastSeen else {
                logger.notice("closing the connection", metadata: ["reason": "its reader stands still"])
                channel.close(promise: nil)
                return
            }
            watchReader(lastSeen: waiting)
        }
    }
}

extension Unicode.Scalar {
    /// Not something that moves the cursor of the terminal it is shown on.
    fileprivate var isPrintable: Bool { properties.generalCategory != .control }
}
