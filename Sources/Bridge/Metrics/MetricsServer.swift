import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobStore
import Logging
import NIOCore

/// `/metrics`, `/health/live` and `/health/ready` on a port of their own.
struct MetricsServer {
    let metrics: BridgeMetrics
    let outbox: any Outbox
    let host: String
    let port: Int

    func application(logger: Logger, onReady: @escaping @Sendable (Int) -> Void) -> some ApplicationProtocol {
        let router = Router(options: [.autoGenerateHeadEndpoints])
        router.get("/metrics") { [metrics, outbox] _, _ in
            let depth = try? await outbox.outboxDepth()
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: metrics.text(outbox: depth, now: Date()))))
        }
        router.get("/health/live") { _, _ in Self.answer(.ok, "live") }
        router.get("/health/ready") { [metrics, outbox] _, _ in
            guard metrics.isConnected else {
                return Self.answer(.serviceUnavailable, "no broker has answered yet")
            }
            let depth = try? await outbox.outboxDepth()
            return depth == nil
                ? Self.answer(.serviceUnavailable, "the store does not answer") : Self.answer(.ok, "ready")
        }
        var quiet = logger
        quiet.logLevel = .warning
        return Application(
            router: router, configuration: .init(address: .hostname(host, port: port)),
            onServerRunning: { channel in onReady(channel.localAddress?.port ?? 0) }, logger: quiet)
    }

    private static func answer(_ status: HTTPResponse.Status, _ text: String) -> Response {
        Response(
            status: status, headers: [.contentType: "application/json"],
            body: .init(byteBuffer: ByteBuffer(string: "{\"status\":\"\(text)\"}")))
    }
}
