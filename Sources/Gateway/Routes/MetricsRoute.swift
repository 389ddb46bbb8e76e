import Hummingbird
import JobStore
import NIOCore
import Vocabulary

/// `/metrics`, at the root.
struct MetricsRoute: Sendable {
    let compute: any Compute
    let store: any JobStore
    let cache: ResultCache
    let metrics: GatewayMetrics
    let connections: Connections

    func add(to router: Router<GatewayContext>) {
        router.get("/metrics") { _, _ in
            async let daemon = try? compute.status()
            async let jobs = try? store.jobCounts()
            let text = metrics.text(
                daemon: await daemon, connections: connections.count, jobs: await jobs, cache: cache.counts)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
    }
}
