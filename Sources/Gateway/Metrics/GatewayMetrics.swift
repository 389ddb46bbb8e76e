import Formats
import JobStore
import ResultCache
import Synchronization
import Vocabulary

/// What the gateway counts of itself, shown at `/metrics`.
final class GatewayMetrics: Sendable {
    private struct RequestKey: Hashable {
        let method: String
        let route: String
        let status: Int

        var order: (String, String, Int) { (route, method, status) }
    }

    private struct Counts {
        var inFlight = 0
        var requests: [RequestKey: Int] = [:]
        var durations: [String: Histogram] = [:]
        var computations: [String: Int] = [:]
        var computeTime = Histogram()
    }

    private let counts = Mutex(Counts())
    private let requestBytes = Atomic<Int>(0)
    private let responseBytes = Atomic<Int>(0)
    private let started = ContinuousClock.now

    func requestStarted() { counts.withLock { $0.inFlight += 1 } }

    /// - Parameter route: the pattern, not the path, so that ids do not make a series each.
    func requestEnded(method: String, route: String, status: Int, elapsed: Duration) {
        // A method is whatever the client sent; only the known ones may become a series.
        let known = ["GET", "HEAD", "POST", "PUT", "DELETE", "OPTIONS", "PATCH"].contains(method)
        let key = RequestKey(method: known ? method : "other", route: route, status: status)
        counts.withLock { counts in
            counts.inFlight -= 1
            counts.requests[key, default: 0] += 1
            counts.durations[route, default: Histogram()].observe(elapsed)
        }
    }

    func bodyRead(bytes: Int) { requestBytes.add(bytes, ordering: .relaxed) }

    func bodyWritten(bytes: Int) { responseBytes.add(bytes, ordering: .relaxed) }

    /// - Parameter outcome: `completed` or a failure's code.
    private func computationEnded(outcome: String, elapsed: Duration) {
        counts.withLock { counts in
            counts.computations[outcome, default: 0] += 1
            counts.computeTime.observe(elapsed)
        }
    }

    /// Runs a computation and counts how it ended.
    func counting(_ compute: () async throws -> ComputeResult) async throws -> ComputeResult {
        let start = ContinuousClock.now
        do {
            let result = try await compute()
            computationEnded(outcome: "completed", elapsed: ContinuousClock.now - start)
            return result
        } catch {
            let outcome = (error as? Failure)?.code.rawValue ?? "error"
            computationEnded(outcome: outcome, elapsed: ContinuousClock.now - start)
            throw error
        }
    }

    /// - Parameters:
    ///   - daemon: what the daemon says of itself, nil when it is not there.
    ///   - connections: open connections now.
    ///   - bodies: what the bodies of requests take now.
    ///   - jobs: jobs by state, nil when the store is not there.
    ///   - storeFailures: calls to the store that failed.
    ///   - joined: requests that waited for an equal one's computation.
    func text(
        daemon: DaemonStatus?, connections: Int, bodies: BodyMemory, jobs: [JobState: Int]?,
        storeFailures: Int, cache: CacheStatus, joined: Int
    ) -> String {
        let counts = counts.withLock { $0 }
        var out = PrometheusText()
        out.family("tda_build_info", "gauge", "The version that runs.")
        out.sample("tda_build_info", [("version", platformVersion)], 1)
        out.single(
            "tda_uptime_seconds", "gauge", "Time since the gateway started.",
            (ContinuousClock.now - started) / .seconds(1))
        out.single("tda_http_connections", "gauge", "Open connections.", connections)
        out.single("tda_http_requests_in_flight", "gauge", "Requests being answered.", counts.inFlight)
        out.single(
            "tda_http_request_body_bytes_total", "counter", "Body bytes read.",
            requestBytes.load(ordering: .relaxed))
        out.single(
            "tda_http_response_body_bytes_total", "counter", "Body bytes written.",
            responseBytes.load(ordering: .relaxed))
        out.single(
            "tda_http_body_memory_bytes", "gauge", "What the bodies of requests hold now, uploads aside.",
            bodies.heldBytes)
        out.single(
            "tda_http_body_memory_limit_bytes", "gauge", "What they may hold together.", bodies.maxBytes)

        out.family("tda_http_requests_total", "counter", "Requests answered.")
        for (key, count) in counts.requests.sorted(by: { $0.key.order < $1.key.order }) {
            out.sample(
                "tda_http_requests_total",
                [("method", key.method), ("route", key.route), ("status", String(key.status))], count)
        }
        out.family("tda_http_request_duration_seconds", "histogram", "Time to answer a request.")
        for (route, histogram) in counts.durations.sorted(by: { $0.key < $1.key }) {
            out.histogram("tda_http_request_duration_seconds", [("route", route)], histogram)
        }

        out.family("tda_computations_total", "counter", "Computations asked of the daemon, by outcome.")
        for (outcome, count) in counts.computations.sorted(by: { $0.key < $1.key }) {
            out.sample("tda_computations_total", [("outcome", outcome)], count)
        }
        out.family("tda_computation_seconds", "histogram", "Time from asking the daemon to its answer.")
        out.histogram("tda_computation_seconds", [], counts.computeTime)
        Self.describe(daemon, in: &out)
        Self.describe(jobs, in: &out)
        out.single(
            "tda_store_errors_total", "counter", "Calls to the store that failed.", storeFailures)
        Self.describe(cache, in: &out)
        out.single(
            "tda_computations_joined_total", "counter",
            "Requests that waited for an equal one's computation.", joined)
        return out.text
    }

    private static func describe(_ jobs: [JobState: Int]?, in out: inout PrometheusText) {
        out.single("tda_store_up", "gauge", "Whether the store answers.", jobs == nil ? 0 : 1)
        guard let jobs else { return }
        out.family("tda_jobs", "gauge", "Jobs in the store, by state.")
        for state in JobState.allCases {
            out.sample("tda_jobs", [("state", state.rawValue)], jobs[state] ?? 0)
        }
    }

    private static func describe(_ cache: CacheStatus, in out: inout PrometheusText) {
        out.single("tda_cache_up", "gauge", "Whether the cache answers.", cache.isUp ? 1 : 0)
        out.single("tda_cache_errors_total", "counter", "Requests to the cache that failed.", cache.errors)
        out.single("tda_cache_hits_total", "counter", "Results taken from the cache.", cache.hits)
        out.single("tda_cache_misses_total", "counter", "Results not in the cache.", cache.misses)
        out.single("tda_cache_entries", "gauge", "Results in this process's memory.", cache.entries)
        out.single("tda_cache_bytes", "gauge", "Bytes of the results in this process's memory.", cache.bytes)
    }

    private static func describe(_ daemon: DaemonStatus?, in out: inout PrometheusText) {
        out.single("tda_daemon_up", "gauge", "Whether the daemon answers.", daemon == nil ? 0 : 1)
        guard let daemon else { return }
        let queued = daemon.computations.count { $0.state == .queued }
        out.single("tda_daemon_queued", "gauge", "Computations waiting.", queued)
        out.single(
            "tda_daemon_running", "gauge", "Computations running.", daemon.computations.count - queued)
        out.single("tda_daemon_threads", "gauge", "Threads that compute.", daemon.threadCount)
        out.single(
            "tda_daemon_memory_budget_bytes", "gauge", "Bytes computations may hold.", daemon.memoryBudget)
        out.single(
            "tda_daemon_memory_reserved_bytes", "gauge", "Bytes promised to computations.",
            daemon.memoryReserved)
    }
}
