import Formats
import FoundationEssentials
import JobStore
import Kafka
import Synchronization
import Vocabulary

/// What the bridge counts of itself, shown at `/metrics`.
final class BridgeMetrics: Sendable {
    private struct State {
        var published = 0
        var refused = 0
        var storeErrors = 0
        var held = 0
        var heldBytes = 0
        var sent = 0
        var brokerErrors: [String: Int] = [:]
        var counts = WindowCounts()
        var gauges = WindowGauges()
        var lag: [TopicPartition: Int64] = [:]
        var nextWindowReport = Int64.min
        var requests: [String: Int] = [:]
        var requestsGoingOn = 0
        var isConnected = false
    }

    private let state = Mutex(State())
    private let started = ContinuousClock.now

    func published(_ count: Int) { state.withLock { $0.published += count } }
    func refused() { state.withLock { $0.refused += 1 } }
    func storeError() { state.withLock { $0.storeErrors += 1 } }
    func brokerError(_ error: KafkaError) {
        state.withLock { $0.brokerErrors["\(error.code)", default: 0] += 1 }
    }
    func publisher(held: Int, heldBytes: Int, sent: Int) {
        state.withLock { state in
            state.held = held
            state.heldBytes = heldBytes
            state.sent = sent
        }
    }

    /// Whether it is time for the window thread to report, ten times a second.
    func wantsWindows(now: Int64) -> Bool {
        state.withLock { state in
            guard now >= state.nextWindowReport else { return false }
            state.nextWindowReport = now + 100
            return true
        }
    }

    func windows(_ counts: WindowCounts, _ gauges: WindowGauges, lag: [TopicPartition: Int64]) {
        state.withLock { state in
            state.counts = counts
            state.gauges = gauges
            state.lag = lag
        }
    }

    func requestStarted() { state.withLock { $0.requestsGoingOn += 1 } }
    func requestEnded(_ outcome: String) {
        state.withLock { state in
            state.requestsGoingOn -= 1
            state.requests[outcome, default: 0] += 1
        }
    }

    func connected() { state.withLock { $0.isConnected = true } }
    var isConnected: Bool { state.withLock { $0.isConnected } }

    /// - Parameter outbox: nil when the store does not answer.
    func text(outbox: OutboxDepth?, now: Date) -> String {
        let state = state.withLock { $0 }
        var out = PrometheusText()
        out.family("tda_build_info", "gauge", "The version that runs.")
        out.sample("tda_build_info", [("version", platformVersion)], 1)
        out.single(
            "tda_uptime_seconds", "gauge", "Time since the bridge started.",
            (ContinuousClock.now - started) / .seconds(1))
        out.single(
            "tda_bridge_broker_reached", "gauge", "Whether a broker has answered.", state.isConnected ? 1 : 0)
        Self.counts(
            state.brokerErrors, "tda_bridge_broker_errors_total", "What clients complained of.", "code", &out)
        Self.outbox(state, outbox, now, &out)
        Self.windows(state, &out)
        Self.counts(
            state.requests, "tda_bridge_requests_total", "Requests by Kafka, by outcome.", "outcome", &out)
        out.single("tda_bridge_requests_going_on", "gauge", "Requests being computed.", state.requestsGoingOn)
        return out.text
    }

    private static func outbox(
        _ state: State, _ depth: OutboxDepth?, _ now: Date, _ out: inout PrometheusText
    ) {
        out.single("tda_outbox_up", "gauge", "Whether the store answers.", depth == nil ? 0 : 1)
        if let depth {
            let age = depth.oldest.map { max(0, now.timeIntervalSince($0)) } ?? 0
            out.single("tda_outbox_depth", "gauge", "Messages that wait in the outbox.", depth.count)
            out.single("tda_outbox_age_seconds", "gauge", "Age of the oldest of them.", age)
        }
        out.single("tda_outbox_held", "gauge", "Messages held in memory.", state.held)
        out.single("tda_outbox_held_bytes", "gauge", "What they take.", state.heldBytes)
        out.single("tda_outbox_in_flight", "gauge", "Messages on their way to the brokers.", state.sent)
        out.single(
            "tda_outbox_published_total", "counter", "Messages acknowledged by the brokers.", state.published)
        out.single("tda_outbox_refused_total", "counter", "Records that no broker takes.", state.refused)
        out.single("tda_outbox_store_errors_total", "counter", "Failures of the store.", state.storeErrors)
    }

    private static func windows(_ state: State, _ out: inout PrometheusText) {
        let (counts, gauges) = (state.counts, state.gauges)
        out.single("tda_stream_events_total", "counter", "Records of events read.", counts.events)
        out.single("tda_stream_duplicates_total", "counter", "Repeats dropped.", counts.duplicates)
        Self.counts(counts.closed, "tda_windows_closed_total", "Windows closed, by reason.", "reason", &out)
        out.single("tda_windows_computed_total", "counter", "Windows computed.", counts.computed)
        out.single("tda_windows_published_total", "counter", "Windows done with.", counts.published)
        Self.counts(
            counts.failures, "tda_window_failures_total", "Failures of the daemon, by code.", "code", &out)
        out.single(
            "tda_window_distances_computed_total", "counter",
            "Distances of overlapping windows computed here.",
            counts.distancesComputed)
        out.single(
            "tda_window_distances_reused_total", "counter", "Distances kept from the window before.",
            counts.distancesReused)
        Self.counts(counts.letters, "tda_dead_letters_total", "Dead letters, by reason.", "reason", &out)
        out.single("tda_streams_open", "gauge", "Streams with events in open windows.", gauges.openStreams)
        out.single("tda_windows_open", "gauge", "Windows that are open.", gauges.openWindows)
        out.single("tda_windows_open_bytes", "gauge", "What open windows hold.", gauges.openBytes)
        out.single("tda_windows_pending", "gauge", "Closed windows not done with.", gauges.pending)
        out.single("tda_windows_pending_bytes", "gauge", "What they hold.", gauges.pendingBytes)
        out.single("tda_stream_paused", "gauge", "Whether partitions are paused.", gauges.isPaused ? 1 : 0)
        out.single("tda_stream_pauses_total", "counter", "How often they were.", counts.pauses)
        out.single("tda_rebalances_total", "counter", "Assignments and revocations.", counts.rebalances)
        out.single(
            "tda_commit_notes_left_out_total", "counter", "Streams that a commit's note had no room for.",
            counts.streamsWithoutNote)
        out.family("tda_consumer_lag", "gauge", "Records not read yet.")
        for (partition, lag) in state.lag.sorted(by: { $0.key < $1.key }) {
            out.sample(
                "tda_consumer_lag",
                [("topic", partition.topic), ("partition", "\(partition.partition)")], lag)
        }
    }

    private static func counts(
        _ counts: [String: Int], _ name: String, _ help: String, _ label: String, _ out: inout PrometheusText
    ) {
        out.family(name, "counter", help)
        for (key, count) in counts.sorted(by: { $0.key < $1.key }) { out.sample(name, [(label, key)], count) }
    }
}
