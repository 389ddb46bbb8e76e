public import NIOCore

/// What a receiver makes of a control message, before any byte of the arrays is taken.
public enum Interpretation<Message> {
    /// Collect these arrays and hand them over with the message.
    case collect(Message, [ArrayShape])
    /// Nothing is to be delivered; the arrays are read and dropped, a buffer at a time.
    case skip
}

/// A frame that was taken.
public struct ReceivedFrame<Message> {
    public let header: FrameHeader
    public let message: Message
    public let arrays: [WireArray]
}

/// Cuts the byte stream into frames. Every length is checked against its limit before anything is
/// allocated for it, and `interpret` decides by the control message whether the arrays are wanted.
///
/// Throws `WireError`, after which the stream cannot be read further.
public struct FrameDecoder<Message>: ByteToMessageDecoder {
    public typealias InboundOut = ReceivedFrame<Message>
    public typealias Interpret =
        (FrameHeader, ByteBuffer) throws(WireError) -> Interpretation<Message>

    private enum State {
        case header
        case control(FrameHeader)
        case arrays(FrameHeader, Message, ArrayCollector)
        case skipping(bytes: Int)
    }

    private let limits: FrameLimits
    private let interpret: Interpret
    private var state = State.header

    /// - Parameter interpret: called on the event loop once for each frame, in order. The arrays that
    ///   it asks for must add up to the header's `arrayLength`.
    public init(limits: FrameLimits, interpret: @escaping Interpret) {
        self.limits = limits
        self.interpret = interpret
    }

    public mutating func decode(
        context: ChannelHandlerContext, buffer: inout ByteBuffer
    ) throws(WireError) -> DecodingState {
        while try step(context, &buffer) {}
        return .needMoreData
    }

    public mutating func decodeLast(
        context: ChannelHandlerContext, buffer: inout ByteBuffer, seenEOF: Bool
    ) throws(WireError) -> DecodingState {
        while try step(context, &buffer) {}
        if case .header = state, buffer.readableBytes == 0 { return .needMoreData }
        if seenEOF { throw .truncated }
        return .needMoreData
    }

    /// Goes from one state to the next; false when that needs more bytes.
    private mutating func step(
        _ context: ChannelHandlerContext, _ buffer: inout ByteBuffer
    ) throws(WireError) -> Bool {
        switch state {
        case .header:
            guard let header = try FrameHeader.read(from: &buffer, limits: limits) else { return false }
            state = .control(header)

        case .control(let header):
            guard let control = buffer.readSlice(length: header.controlLength) else { return false }
            switch try interpret(header, control) {
            case .skip:
                state = .skipping(bytes: header.arrayLength)
            case .collect(let message, let shapes):
                precondition(shapes.reduce(0) { $0 + $1.byteCount } == header.arrayLength)
                state = .arrays(header, message, ArrayCollector(shapes))
            }

        case .arrays(let header, let message, let collector):
            guard collector.consume(&buffer) else { return false }
            state = .header
            let frame = ReceivedFrame(header: header, message: message, arrays: collector.arrays)
            context.fireChannelRead(Self.wrapInboundOut(frame))

        case .skipping(let bytes):
            let ready = min(bytes, buffer.readableBytes)
            buffer.moveReaderIndex(forwardBy: ready)
            state = ready == bytes ? .header : .skipping(bytes: bytes - ready)
            return ready == bytes
        }
        return true
    }
}
