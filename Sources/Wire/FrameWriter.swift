public import NIOCore

/// Sends frames. A large one is turned into bytes a chunk at a time while the peer reads, so that what
/// is buffered stays small however large the arrays are and however slow the reader.
public final class FrameWriter: ChannelDuplexHandler {
    public typealias InboundIn = Never
    public typealias OutboundIn = OutboundFrame
    public typealias OutboundOut = ByteBuffer

    /// Frames up to this length go out in one buffer.
    static let chunkByteCount = 256 << 10

    fileprivate struct Pending {
        let frame: OutboundFrame
        let promise: EventLoopPromise<Void>?
        var array = 0
        var element = 0
        var headIsWritten = false
    }

    private var pending: CircularBuffer<Pending> = []

    public init() {}

    public func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        let frame = Self.unwrapOutboundIn(data)
        if pending.isEmpty, frame.length <= Self.chunkByteCount {
            let bytes = frame.serialized(allocator: context.channel.allocator)
            context.write(Self.wrapOutboundOut(bytes), promise: promise)
        } else {
            pending.append(Pending(frame: frame, promise: promise))
        }
    }

    public func flush(context: ChannelHandlerContext) {
        sendPending(context)
        context.flush()
    }

    public func channelWritabilityChanged(context: ChannelHandlerContext) {
        if context.channel.isWritable, !pending.isEmpty {
            sendPending(context)
            context.flush()
        }
        context.fireChannelWritabilityChanged()
    }

    public func handlerRemoved(context: ChannelHandlerContext) { failPending() }

    public func channelInactive(context: ChannelHandlerContext) {
        failPending()
        context.fireChannelInactive()
    }

    private func failPending() {
        while let next = pending.popFirst() { next.promise?.fail(ChannelError.ioOnClosedChannel) }
    }

    /// Writes chunks until the channel has enough of them. Flushed as it goes, since only a flush
    /// empties the channel's own buffer.
    private func sendPending(_ context: ChannelHandlerContext) {
        while context.channel.isWritable, var next = pending.popFirst() {
            var chunk = context.channel.allocator.buffer(capacity: Self.chunkByteCount)
            let isLast = next.fill(&chunk)
            if isLast {
                context.write(Self.wrapOutboundOut(chunk), promise: next.promise)
            } else {
                pending.prepend(next)
                context.write(Self.wrapOutboundOut(chunk), promise: nil)
            }
            context.flush()
        }
    }
}

extension FrameWriter.Pending {
    /// Appends the next bytes of the frame, about a chunk; true when they are its last.
    fileprivate mutating func fill(_ chunk: inout ByteBuffer) -> Bool {
        if !headIsWritten {
            frame.writeHead(to: &chunk)
            headIsWritten = true
        }
        while array < frame.arrays.count {
            let current = frame.arrays[array]
            let room = max(FrameWriter.chunkByteCount - chunk.readableBytes, 0) / current.stride
            let end = min(element + room, current.count)
            current.write(element..<end, to: &chunk)
            guard end == current.count else {
                element = end
                return false
            }
            array += 1
            element = 0
        }
        return true
    }
}

@available(*, unavailable)
extension FrameWriter: Sendable {}
