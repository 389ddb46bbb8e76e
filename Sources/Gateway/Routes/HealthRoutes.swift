import Formats
import Hummingbird
import JobStore
import ResultCache
import Vocabulary

/// `/health`, `/health/live` and `/health/ready`, under `/api/v1` as the contract's base path says and
/// at the root too, where load balancers look. They want no token.
struct HealthRoutes: Sendable {
    let compute: any Compute
    let store: any JobStore
    let cache: any ResultCache

    /// Where the health routes stand.
    static let prefixes = [apiRoot, ""]
    static let paths = Set(prefixes.flatMap { ["\($0)/health", "\($0)/health/live", "\($0)/health/ready"] })

    var routes: [Route] {
        Self.prefixes.flatMap { prefix in
            let suffix = prefix.isEmpty ? "" : "OfAPI"
            return [
                Route(Self.healthOperation("\(prefix)/health", "getHealth" + suffix)) { _, _ in
                    await health()
                },
                Route(Self.healthOperation("\(prefix)/health/ready", "getReadiness" + suffix)) { _, _ in
                    await health()
                },
                Route(Self.liveOperation("\(prefix)/health/live", "getLiveness" + suffix)) { _, _ in
                    Self.live
                },
            ]
        }
    }

    private static func healthOperation(_ path: String, _ id: String) -> Operation {
        Operation(
            .get, path, id, .health, "Whether requests can be served: the daemon and the store answer.",
            answers: [
                Answer(.ok, "They do.", [.json("Health")]),
                Answer(.serviceUnavailable, "One of them does not.", [.json("Health")]),
            ], needsToken: false)
    }

    private static func liveOperation(_ path: String, _ id: String) -> Operation {
        Operation(
            .get, path, id, .health, "Whether the gateway runs.",
            answers: [Answer(.ok, "It does.", [.json("Liveness")])], needsToken: false)
    }

    private static var live: Response {
        var json = JSONText()
        json.object { json in
            json.member("status", "alive")
            json.member("version", platformVersion)
        }
        return .json(json)
    }

    /// 200 `healthy`, or 503 `unhealthy` where something that requests need is not there.
    private func health() async -> Response {
        let daemon: Result<DaemonStatus, Failure>
        do throws(Failure) { daemon = .success(try await compute.status()) } catch {
            daemon = .failure(error)
        }
        let storeFailure: StoreError?
        do throws(StoreError) {
            _ = try await store.job("")
            storeFailure = nil
        } catch {
            storeFailure = error
        }
        let daemonIsUp = if case .success = daemon { true } else { false }
        let isHealthy = daemonIsUp && storeFailure == nil
        var json = JSONText()
        json.object { json in
            json.member("status", isHealthy ? "healthy" : "unhealthy")
            json.member("version", platformVersion)
            json.object("components") { json in
                json.object("daemon") { json in Self.describe(daemon, in: &json) }
                json.object("store") { json in
                    json.member("status", storeFailure == nil ? "up" : "down")
                    if let storeFailure { json.member("message", storeFailure.description) }
                }
                json.object("cache") { json in
                    // A cache that is down costs time, no more: it makes nothing unhealthy.
                    let cache = cache.status
                    json.member("status", cache.isUp ? "up" : "down")
                    json.member("kind", cache.kind)
                    json.member("entries", cache.entries)
                }
            }
        }
        var response = Response.json(json, status: isHealthy ? .ok : .serviceUnavailable)
        if !isHealthy { response.headers[.retryAfter] = "1" }
        return response
    }

    private static func describe(_ daemon: Result<DaemonStatus, Failure>, in json: inout JSONText) {
        switch daemon {
        case .success(let status):
            json.member("status", "up")
            json.member("version", status.version)
            json.member("uptime_seconds", status.uptimeSeconds)
            json.member("threads", status.threadCount)
            json.member("computations", status.computations.count)
        case .failure(let failure):
            json.member("status", "down")
            json.member("message", failure.message)
        }
    }
}
