import Hummingbird
import JobStore
import NIOCore
import ResultCache
import Vocabulary

/// `/metrics`, at the root.
struct MetricsRoute: Sendable {
    let compute: any Compute
    let store: any JobStore
    let computations: SharedComputations
    let metrics: GatewayMetrics
    let connections: Connections
    let bodies: BodyMemory

    private static let operation = Operation(
        .get, "/metrics", "getMetrics", .operations, "Metrics in Prometheus' text format.",
        answers: [Answer(.ok, "Version 0.0.4 of the format.", [Content(type: "text/plain", schema: .string)])]
    )

    var routes: [Route] {
        let route = Route(Self.operation) { _, _ in
            async let daemon = try? compute.status()
            async let jobs = try? store.jobCounts()
            let text = metrics.text(
                daemon: await daemon, connections: connections.count, bodies: bodies, jobs: await jobs,
                storeFailures: store.failureCount, cache: computations.cache.status,
                joined: computations.joinedCount)
            return Response(
                status: .ok, headers: [.contentType: "text/plain; version=0.0.4; charset=utf-8"],
                body: .init(byteBuffer: ByteBuffer(string: text)))
        }
        return [route]
    }
}
