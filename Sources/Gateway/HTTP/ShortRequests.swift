import HTTPTypes
import Hummingbird
import HummingbirdCore
import Logging
import NIOCore
import NIOHTTPTypes

/// Answers short requests within the connection's pipeline: collects the body, hands the whole request to its route, and
/// writes the answer in one go. What stands behind it, the server's streams of parts from thread-safe queues, would take
/// as long as a small computation; all other requests go there as they come.
///
/// A short request is one for a short route whose body is announced and short. Answers keep the order of their
/// requests: what comes while one is answered waits, and after a request that went on, all others do until it is answered.
final class ShortRequests: ChannelDuplexHandler, RemovableChannelHandler {
    typealias InboundIn = HTTPRequestPart
    typealias InboundOut = HTTPRequestPart
    typealias OutboundIn = HTTPResponsePart
    typealias OutboundOut = HTTPResponsePart

    private enum State {
        /// The next request may be taken. Its body may still come of one that was answered early, and goes on.
        case idle
        case reading(HTTPRequest, body: ByteBuffer)
        case answering
        /// So many requests went on and are not answered yet.
        case passing(Int)
    }

    private enum Inbound {
        case part(HTTPRequestPart)
        case event(Any)
        case error(any Error)
    }

    /// Bytes of a body that are read as JSON in some tens of microseconds.
    static let longestBody = 32 << 10
    /// Beyond this nothing more is read while a request is answered.
    private static let mostWaiting = 16

    private let responder: RequestEnvelope
    private let logger: Logger
    private var state = State.idle
    /// What came while a request was answered.
    private var waiting: CircularBuffer<Inbound> = []
    private var holdsRead = false

    init(responder: RequestEnvelope, logger: Logger) {
        self.responder = responder
        self.logger = logger
    }

    // MARK: What comes in

    func channelRead(context: ChannelHandlerContext, data: NIOAny) {
        take(Self.unwrapInboundIn(data), context)
    }

    private func take(_ part: HTTPRequestPart, _ context: ChannelHandlerContext) {
        switch (state, part) {
        case (.answering, _): waiting.append(.part(part))
        case (.idle, .head(let head)) where responder.isShort(head):
            state = .reading(head, body: ByteBuffer())
        case (.reading(let head, var body), .body(let bytes)):
            // Let go of, so that it is not copied when it grows.
            state = .answering
            if body.readableBytes == 0 { body = bytes } else { body.writeImmutableBuffer(bytes) }
            state = .reading(head, body: body)
        case (.reading(let head, let body), .end):
            state = .answering
            answer(Request(head: head, body: .init(buffer: body)), context)
        case (.passing(let count), .head):
            state = .passing(count + 1)
            context.fireChannelRead(Self.wrapInboundOut(part))
        case (_, .head):
            state = .passing(1)
            context.fireChannelRead(Self.wrapInboundOut(part))
        default: context.fireChannelRead(Self.wrapInboundOut(part))
        }
    }

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if case .answering = state { return waiting.append(.error(error)) }
        passOn(context)
        context.fireErrorCaught(error)
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .answering = state { return waiting.append(.event(event)) }
        passOn(context)
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        passOn(context)
        context.fireChannelInactive()
    }

    /// Lets the others have what came of a request that may never be whole: they know what to say.
    private func passOn(_ context: ChannelHandlerContext) {
        guard case .reading(let head, let body) = state else { return }
        state = .passing(1)
        context.fireChannelRead(Self.wrapInboundOut(.head(head)))
        if body.readableBytes > 0 { context.fireChannelRead(Self.wrapInboundOut(.body(body))) }
        context.fireChannelReadComplete()
    }

    func read(context: ChannelHandlerContext) {
        holdsRead = waiting.count >= Self.mostWaiting
        if !holdsRead { context.read() }
    }

    // MARK: What goes out

    private func answer(_ request: Request, _ context: ChannelHandlerContext) {
        let requestContext = GatewayContext(channel: context.channel, logger: logger)
        let out = Out(place: NIOLoopBound((self, context), eventLoop: context.eventLoop))
        Task(executorPreference: LoopExecutor.of(context.eventLoop)) { [responder] in
            var response = await responder.respond(to: request, context: requestContext)
            response.headers[.date] = HTTPDate.now
            out.write(.head(response.head))
            // Fails where the client has left, who then misses nothing.
            try? await response.body.write(out)
            out.end()
        }
    }

    /// Writes an answer, on the event loop.
    private struct Out: ResponseBodyWriter {
        let place: NIOLoopBound<(ShortRequests, ChannelHandlerContext)>

        func write(_ part: HTTPResponsePart) {
            let (_, context) = place.value
            context.write(ShortRequests.wrapOutboundOut(part), promise: nil)
        }

        func write(_ buffer: ByteBuffer) async throws {
            if let written = begin(buffer) { try await written.get() }
        }

        func finish(_ trailingHeaders: HTTPFields?) async throws { write(.end(trailingHeaders)) }

        func end() {
            let (handler, context) = place.value
            handler.answered(context)
        }

        /// - Returns: what to wait for, where the client does not keep up.
        private func begin(_ buffer: ByteBuffer) -> EventLoopFuture<Void>? {
            let (_, context) = place.value
            guard !context.channel.isWritable else {
                write(.body(buffer))
                return nil
            }
            let written = context.eventLoop.makePromise(of: Void.self)
            context.writeAndFlush(ShortRequests.wrapOutboundOut(.body(buffer)), promise: written)
            return written.futureResult
        }
    }

    /// Goes on with what came meanwhile.
    private func answered(_ context: ChannelHandlerContext) {
        context.flush()
        state = .idle
        let hadMore = !waiting.isEmpty
        while !isAnswering, let next = waiting.popFirst() {
            switch next {
            case .part(let part): take(part, context)
            case .event(let event): userInboundEventTriggered(context: context, event: event)
            case .error(let error): errorCaught(context: context, error: error)
            }
        }
        // Those behind look at what they got only then.
        if hadMore { context.fireChannelReadComplete() }
        if holdsRead {
            holdsRead = false
            context.read()
        }
    }

    private var isAnswering: Bool { if case .answering = state { true } else { false } }

    /// The others' answers.
    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        if case .passing(let count) = state, case .end = Self.unwrapOutboundIn(data) {
            state = count > 1 ? .passing(count - 1) : .idle
        }
        context.write(data, promise: promise)
    }
}

extension RequestEnvelope {
    /// Whether a request is answered with the others' requests on its event loop in mind, and is all there soon.
    fileprivate func isShort(_ head: HTTPRequest) -> Bool {
        guard let target = head.path, routes.isShort(head.method, at: target),
            let length = head.headerFields.first(.contentLength).flatMap({ Int($0) }),
            (1...ShortRequests.longestBody).contains(length), head.headerFields.first(.expect) == nil
        else { return false }
        // One that is to be closed afterwards, or to become another protocol's, is the server's affair.
        return head.headerFields.first(.connection).map { $0.lowercased() == "keep-alive" } ?? true
    }
}
