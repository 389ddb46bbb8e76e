import Glibc
import NIOCore
import NIOPosix
import Synchronization
import Vocabulary
import Wire

/// One socket, and the requests that wait for their answers on it.
final class Connection: Sendable {
    private let channel: any Channel
    private let handler: NIOLoopBound<ClientHandler>
    let executor: LoopExecutor
    /// 0 is the hello's.
    private let nextID = Atomic<UInt64>(0)
    private let limits = Mutex(FrameLimits())

    private init(_ channel: any Channel, _ handler: NIOLoopBound<ClientHandler>) {
        self.channel = channel
        self.handler = handler
        executor = LoopExecutor(channel.eventLoop)
    }

    /// - Parameter attention: how long the event loop stays awake for an answer; zero where it sleeps at once.
    static func open(
        _ path: String, on group: any EventLoopGroup, attention: Duration
    ) async throws(Failure) -> Connection {
        do {
            return try await ClientBootstrap(group: group)
                .channelOption(
                    .recvAllocator,
                    value: AdaptiveRecvByteBufferAllocator(
                        minimum: 1024, initial: 16 << 10, maximum: 1 << 20)
                )
                .connect(unixDomainSocketPath: path)
                .flatMapThrowing { channel in
                    let handler = ClientHandler()
                    if attention > .zero, System.coreCount > 1 { handler.watch(channel, for: attention) }
                    try channel.pipeline.syncOperations.addHandlers([
                        ByteToMessageHandler(handler.decoder), FrameWriter(), handler,
                    ])
                    return Connection(channel, NIOLoopBound(handler, eventLoop: channel.eventLoop))
                }.get()
        } catch {
            let reason = (error as? IOError).map { String(cString: strerror($0.errnoCode)) } ?? "\(error)"
            throw Failure(
                .unavailable,
                "no daemon answers on \(path) (\(reason)); start one with: tdad --socket \(path)",
                details: ["socket": path])
        }
    }

    var isOpen: Bool { channel.isActive }

    func adopt(_ welcome: Welcome) { limits.withLock { $0 = welcome.limits } }

    /// Sends what `frame` makes of a fresh id and waits for the answer.
    func request(
        progress: TDAClient.ProgressHandler? = nil, _ frame: (UInt64) -> OutboundFrame
    ) async throws(Failure) -> ClientHandler.Outcome {
        let id = nextID.add(1, ordering: .relaxed).oldValue
        let frame = frame(id)
        let limits = limits.withLock { $0 }
        guard frame.fits(limits) else {
            throw Failure(
                .resourceExhausted, "a request of \(frame.length) bytes, the daemon takes \(limits.frame)",
                details: ["length": "\(frame.length)", "limit": "\(limits.frame)"])
        }
        let givenUp = ClientHandler.GivenUp()
        let outcome = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let pending = ClientHandler.Pending(
                    progress: progress, givenUp: givenUp, continuation: continuation)
                let send: @Sendable () -> Void = { self.handler.value.send(frame, pending, on: self.channel) }
                channel.eventLoop.inEventLoop ? send() : channel.eventLoop.execute(send)
            }
        } onCancel: {
            givenUp.raise()
            channel.eventLoop.execute { self.handler.value.cancel(id, on: self.channel) }
        }
        return try outcome.get()
    }

    func close() async {
        channel.eventLoop.execute {
            self.handler.value.end(.lost("its owner closed it"))
            self.channel.close(promise: nil)
        }
        // Closed is closed, whatever the reason.
        try? await channel.closeFuture.get()
    }
}
