import Hummingbird
import NIOCore
import Vocabulary

/// `/metrics`, at the root.
struct MetricsRoute: Sendable {
    let compute: any Compute
    let metrics: GatewayMetrics
    let connections: Connections

    func add(to router: Router<GatewayContext>) {
        router.get("/metrics") { _, _ in
            let text = metrics.text(daemon: try? await compute.status(), connections: connections.count)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }
}
