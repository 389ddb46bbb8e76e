import NIOCore
import NIOHTTP1

/// Says for clients of HTTP/1.0 what they leave unsaid: that the connection ends with the answer. They may wait for
/// that end (`ab` does), and nobody behind this handler knows a request's version any more.
final class ClosingForOldClients: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPServerRequestPart
    typealias InboundOut = HTTPServerRequestPart

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        guard case .head(var head) = unwrapInboundIn(data), head.version == .http1_0 else {
            return context.fireChannelRead(data)
        }
        head.headers.replaceOrAdd(name: "Connection", value: "close")
        context.fireChannelRead(wrapInboundOut(.head(head)))
    }
}
