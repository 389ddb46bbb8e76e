public import Engine
public import Logging
import NIOCore
import NIOPosix
public import ServiceLifecycle
public import Vocabulary
import Wire

/// Serves an engine on a Unix socket until it is told to stop: then it takes no further connections and
/// requests, lets what runs end within the grace time, sends the answers and closes.
public struct DaemonServer: Service {
    /// Measures what each way of computing takes.
    public typealias Calibration = @Sendable () async throws(Failure) -> [MeasuredRate]

    private let socket: ListeningSocket
    private let daemon: Daemon
    private let onReady: @Sendable () -> Void
    private let onStopping: @Sendable () -> Void

    /// - Parameters:
    ///   - calibration: what a client's wish to calibrate starts.
    ///   - onReady: called once connections are taken.
    ///   - onStopping: called when the stop begins.
    public init(
        socket: ListeningSocket, engine: Engine, settings: ServerSettings = ServerSettings(),
        hardware: HardwareDescription = HardwareDescription(), calibration: Calibration? = nil,
        logger: Logger,
        onReady: @escaping @Sendable () -> Void = {},
        onStopping: @escaping @Sendable () -> Void = {}
    ) {
        self.socket = socket
        self.onReady = onReady
        self.onStopping = onStopping
        daemon = Daemon(
            engine: engine, settings: settings, hardware: hardware, calibration: calibration, logger: logger)
    }

    public func run() async throws {
        defer { socket.removeFile() }
        let group = MultiThreadedEventLoopGroup(numberOfThreads: Self.loopCount(cores: System.coreCount))
        let listener = try await bootstrap(group).withBoundSocket(socket.descriptor).get()
        onReady()
        try? await gracefulShutdown()
        onStopping()

        // No path leads here any more, and no new request is taken.
        socket.removeFile()
        try await listener.close().get()
        await daemon.engine.drain(grace: daemon.settings.grace)
        await sayGoodbye()
        try await group.shutdownGracefully()
    }

    /// A few are enough for the frames of many cores; of two cores, each has one, since tiny requests are computed there.
    private static func loopCount(cores: Int) -> Int { max(min(2, cores), min(4, cores / 4)) }

    private func bootstrap(_ group: MultiThreadedEventLoopGroup) -> ServerBootstrap {
        let daemon = daemon
        return ServerBootstrap(group: group)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(
                .recvAllocator,
                value: AdaptiveRecvByteBufferAllocator(minimum: 1024, initial: 16 << 10, maximum: 1 << 20)
            )
            .childChannelInitializer { channel in
                PeerCredentials.of(channel).flatMapThrowing { peer in
                    try channel.pipeline.syncOperations.addHandler(FrameWriter())
                    guard let number = daemon.register(channel) else {
                        return Self.refuse(channel, daemon)
                    }
                    let session = Session(daemon, channel, number: number, peer: peer)
                    try channel.pipeline.syncOperations.addHandlers([
                        session.meter, BackPressureHandler(), ByteToMessageHandler(session.decoder), session,
                    ])
                    session.start()
                }
            }
    }

    private static func refuse(_ channel: any Channel, _ daemon: Daemon) {
        daemon.logger.notice("too many connections, refused one")
        let failure = Failure(
            .overloaded, "\(daemon.settings.maxConnections) connections are open already, try again later",
            retryAfter: .seconds(1))
        channel.eventLoop.execute {
            channel.writeAndFlush(OutboundFrame.failure(id: 0, failure)).whenComplete { _ in
                channel.close(promise: nil)
            }
        }
    }

    /// Closes each connection after the last of its answers, or without it where nobody reads.
    private func sayGoodbye() async {
        let failure = Failure(.unavailable, "the daemon has shut down", retryAfter: .seconds(5))
        for channel in daemon.channels {
            // Answers are on their way to the event loops by now, ahead of this.
            channel.eventLoop.execute {
                channel.writeAndFlush(OutboundFrame.failure(id: 0, failure)).whenComplete { _ in
                    channel.close(promise: nil)
                }
            }
            channel.eventLoop.scheduleTask(in: .seconds(5)) { channel.close(promise: nil) }
        }
        for channel in daemon.channels { try? await channel.closeFuture.get() }
    }
}
