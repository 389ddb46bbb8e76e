import NIOCore

/// Counts the bytes that come in, so that a stalled sender can be told from a slow one.
final class ReadMeter: ChannelInboundHandler {
    typealias InboundIn = ByteBuffer

    private(set) var byteCount = 0

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        byteCount &+= Self.unwrapInboundIn(data).readableBytes
        context.fireChannelRead(data)
    }
}
