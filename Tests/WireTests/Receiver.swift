import NIOCore
import NIOEmbedded
import Vocabulary
import Wire

/// A channel without a socket that decodes what is fed to it.
struct Receiver<Message> {
    let channel: EmbeddedChannel
    private let inbox = Inbox<Message>()

    init(
        limits: FrameLimits = FrameLimits(), _ interpret: @escaping FrameDecoder<Message>.Interpret
    ) throws {
        channel = EmbeddedChannel()
        try channel.pipeline.syncOperations.addHandlers([
            ByteToMessageHandler(FrameDecoder(limits: limits, interpret: interpret)), inbox,
        ])
    }

    /// Feeds `bytes`, `step` at a time, and returns the frames that were complete.
    func feed(_ bytes: ByteBuffer, step: Int = .max) throws -> [ReceivedFrame<Message>] {
        var bytes = bytes
        while let piece = bytes.readSlice(length: min(step, bytes.readableBytes)), piece.readableBytes > 0 {
            try channel.writeInbound(piece)
        }
        defer { inbox.frames = [] }
        return inbox.frames
    }
}

private final class Inbox<Message>: ChannelInboundHandler {
    typealias InboundIn = ReceivedFrame<Message>
    var frames: [ReceivedFrame<Message>] = []

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        frames.append(Self.unwrapInboundIn(data))
    }
}

extension Receiver where Message == Request {
    /// Takes every request, as a daemon without limits would.
    static func daemon(limits: FrameLimits = FrameLimits()) throws -> Self {
        try Receiver(limits: limits) { header, control throws(WireError) in
            do throws(RequestError) {
                let request = try Request(header: header, control: control)
                return .collect(request, request.arrays)
            } catch {
                guard case .wire(let error) = error else { return .skip }
                throw error
            }
        }
    }
}

extension Receiver where Message == Reply {
    static func client() throws -> Self {
        try Receiver { header, control throws(WireError) in
            let reply = try Reply(header: header, control: control)
            return .collect(reply, reply.arrays)
        }
    }
}
