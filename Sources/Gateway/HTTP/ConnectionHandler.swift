import HTTPTypes
import NIOCore
import NIOHTTP1
import NIOHTTPTypes
import NIOHTTPTypesHTTP1

/// Stands at the foot of each connection's pipeline and does what needs the channel itself:
///
/// - notices that the client has gone, even while its request is computed (it sent its end of stream,
///   which is how a closed socket looks from here);
/// - closes on clients that are too slow;
/// - answers `Expect: 100-continue`, unless the announced body is over the limit anyway;
/// - says what is wrong with what is not HTTP;
/// - closes after a response that says `Connection: close`, first its own half, so that the client
///   can read the response before the rest of its body is thrown away.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client may take to read a closing response.
    private static let linger = TimeAmount.seconds(2)

    /// There once the handler is in its pipeline.
    private var connection: Connection?
    private let connections: Connections
    private let metrics: GatewayMetrics
    private let maxBodyBytes: Int
    private let limits: PaceLimits
    private var pace: ClientPace
    private var looking: RepeatedTask?
    private var closesAfterResponse = false
    /// Whether this is one of many streams on a connection of HTTP/2, which has no header to close it.
    private var isStream = false
    private var parserError: HTTPParserError?

    init(connections: Connections, metrics: GatewayMetrics, maxBodyBytes: Int, limits: PaceLimits) {
        self.connections = connections
        self.metrics = metrics
        self.maxBodyBytes = maxBodyBytes
        self.limits = limits
        pace = ClientPace(limits, now: .now())
    }

    func handlerAdded(context: ChannelHandlerContext) {
        let connection = Connection(on: context.eventLoop)
        self.connection = connection
        connections.add(connection, for: context.channel)
        isStream = context.channel.parent?.parent != nil
        let pipeline = context.pipeline.syncOperations
        if !isStream, let codec = try? pipeline.handler(type: HTTP1ToHTTPServerCodec.self) {
            try? pipeline.addHandler(ClosingForOldClients(), position: .before(codec))
        }
        let loopBound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        looking = context.eventLoop.scheduleRepeatedTask(
            initialDelay: limits.lookInterval, delay: limits.lookInterval
        ) { _ in
            let (handler, context) = loopBound.value
            handler.look(context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        looking?.cancel()
        looking = nil
        connections.remove(context.channel)
        connection?.clientWentAway()
    }

    // MARK: The client's pace

    private func look(_ context: ChannelHandlerContext) {
        let unread = (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        switch pace.verdict(unreadBytes: unread, now: .now()) {
        case .keepsUp: return
        case .sendsNoRequest, .doesNotRead: context.close(promise: nil)
        case .sendsBodyTooSlowly:
            // Whoever reads the body answers; but not for long.
            looking?.cancel()
            context.fireErrorCaught(ClientTooSlow())
            closeSoon(context)
        }
    }

    private func closeSoon(_ context: ChannelHandlerContext) {
        let channel = context.channel
        context.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
    }

    func read(context: ChannelHandlerContext) {
        pace.readBegan(now: .now())
        context.read()
    }

    // MARK: What comes in

    func channelInactive(context: ChannelHandlerContext) {
        connection?.clientWentAway()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection?.clientWentAway() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        switch unwrapInboundIn(data) {
        case .head(let head):
            pace.headCame()
            if head.headerFields[.expect] == "100-continue" {
                let announced = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
                if announced <= maxBodyBytes {
                    context.writeAndFlush(
                        wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
                }
            }
        case .body(let bytes): pace.bodyCame(byteCount: bytes.readableBytes, now: .now())
        case .end: pace.requestEnded(now: .now())
        }
        context.fireChannelRead(data)
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError { parserError = error }
        context.fireErrorCaught(error)
    }

    // MARK: What goes out

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            if isStream {
                var head = head
                head.headerFields[.connection] = nil
                return context.write(wrapOutboundOut(.head(head)), promise: promise)
            }
            closesAfterResponse = head.headerFields[.connection] == "close"
            // The server's own answer to it has no body; a route that was reading one has answered otherwise.
            if let parserError, head.status == .badRequest, head.headerFields[.contentLength] == "0" {
                let (head, body) = Problem(parserError).parts
                context.write(wrapOutboundOut(.head(head)), promise: nil)
                context.write(wrapOutboundOut(.body(body)), promise: promise)
            } else {
                context.write(data, promise: promise)
            }
        case .body(let bytes):
            metrics.bodyWritten(bytes: bytes.readableBytes)
            context.write(data, promise: promise)
        case .end:
            pace.answerEnded(now: .now())
            guard closesAfterResponse else { return context.write(data, promise: promise) }
            context.writeAndFlush(data, promise: promise)
            context.close(mode: .output, promise: nil)
            closeSoon(context)
        }
    }
}

extension Problem {
    /// Of a request that is not HTTP, in its head or later, or more of it than is taken.
    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow:
            self.init(.headTooLarge, "the request's line and header fields are too long")
        default: self = .invalid("the request is not HTTP: \(error)")
        }
        closesConnection = true
    }
}
