import Engine
import Vocabulary

extension Daemon {
    /// The daemon's counters in Prometheus' text format.
    var metricsText: String {
        let status = status
        let running = status.computations.count { $0.state == .running }
        var text = ""
        func add(_ name: String, _ type: String, _ help: String, _ value: some Numeric) {
            text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n\(name) \(value)\n"
        }
        text += "# HELP tda_computations_total Computations that have ended, by how.\n"
        text += "# TYPE tda_computations_total counter\n"
        for (end, count) in [
            ("completed", status.completed), ("failed", status.failed), ("cancelled", status.cancelled),
            ("refused", status.refused),
        ] {
            text += "tda_computations_total{end=\"\(end)\"} \(count)\n"
        }
        add("tda_compute_seconds_total", "counter", "Seconds spent computing.", engine.computeSeconds)
        add("tda_computations_running", "gauge", "Computations on a thread.", running)
        add(
            "tda_computations_queued", "gauge", "Computations that wait.", status.computations.count - running
        )
        add("tda_queue_capacity", "gauge", "Computations that may wait.", status.queueCapacity)
        add("tda_threads", "gauge", "Worker threads.", status.threadCount)
        add("tda_memory_budget_bytes", "gauge", "What computations may hold together.", status.memoryBudget)
        add("tda_memory_reserved_bytes", "gauge", "What computations hold.", status.memoryReserved)
        add("tda_connections", "gauge", "Open connections.", status.connections)
        add(
            "tda_connections_refused_total", "counter", "Connections refused because there were too many.",
            refusedConnections)
        add("tda_uptime_seconds", "gauge", "Seconds since the daemon started.", status.uptimeSeconds)
        return text
    }
}
