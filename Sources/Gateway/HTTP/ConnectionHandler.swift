import HTTPTypes
import NIOCore
import NIOHTTPTypes

/// Stands at the foot of each connection's pipeline and does what needs the channel itself:
///
/// - notices that the client has gone, even while its request is computed (it sent its end of stream,
///   which is how a closed socket looks from here);
/// - answers `Expect: 100-continue`, unless the announced body is over the limit anyway;
/// - closes after a response that says `Connection: close`, first its own half, so that the client
///   can read the response before the rest of its body is thrown away.
final class ConnectionHandler: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    /// How long a client may take to read a closing response.
    private static let linger = TimeAmount.seconds(2)

    private let connection = Connection()
    private let connections: Connections
    private let maxBodyBytes: Int
    private var closesAfterResponse = false

    init(connections: Connections, maxBodyBytes: Int) {
        self.connections = connections
        self.maxBodyBytes = maxBodyBytes
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.add(connection, for: context.channel)
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        connections.remove(context.channel)
        connection.clientWentAway()
    }

    func channelInactive(context: ChannelHandlerContext) {
        connection.clientWentAway()
        context.fireChannelInactive()
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent { connection.clientWentAway() }
        context.fireUserInboundEventTriggered(event)
    }

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        if case .head(let head) = unwrapInboundIn(data), head.headerFields[.expect] == "100-continue" {
            let announced = head.headerFields[.contentLength].flatMap { Int($0) } ?? 0
            if announced <= maxBodyBytes {
                context.writeAndFlush(wrapOutboundOut(.head(HTTPResponse(status: .continue))), promise: nil)
            }
        }
        context.fireChannelRead(data)
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        switch unwrapOutboundIn(data) {
        case .head(let head):
            closesAfterResponse = head.headerFields[.connection] == "close"
            context.write(data, promise: promise)
        case .body:
            context.write(data, promise: promise)
        case .end where closesAfterResponse:
            context.writeAndFlush(data, promise: promise)
            context.close(mode: .output, promise: nil)
            let channel = context.channel
            context.eventLoop.scheduleTask(in: Self.linger) { channel.close(promise: nil) }
        case .end:
            context.write(data, promise: promise)
        }
    }
}
