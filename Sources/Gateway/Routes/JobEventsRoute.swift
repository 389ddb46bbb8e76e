import Formats
import HTTPTypes
import Hummingbird
import JobStore
import NIOCore

/// `GET /jobs/{id}/events`: server-sent events until the job has ended.
struct JobEventsRoute: Sendable {
    let jobs: Jobs
    let recent: RecentJobs

    /// How often a job that another gateway runs is looked after, and the line is shown to be alive.
    static let lookInterval = Duration.seconds(2)
    static let heartbeatInterval = Duration.seconds(15)

    func add(to api: RouterGroup<GatewayContext>) {
        api.get("/jobs/:id/events") { request, context in
            try await events(of: try context.parameters.require("id"), request, context)
        }
    }

    private func events(
        of id: String, _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        let seen = request.headers[.lastEventID].flatMap { Int($0) } ?? -1
        // Watch before the first look, so that no change falls between.
        let watch = jobs.events.watch(id, tick: Self.lookInterval)
        let first: JobEvent
        do {
            let job = if let recent = recent[id]?.job { recent } else { try await jobs.job(id) }
            first = JobEvent(job)
        } catch {
            watch.stop()
            throw error
        }
        let connection = context.connection
        let body = ResponseBody { writer in
            defer { watch.stop() }
            if let connection {
                try await connection.watching(onClose: watch.stop) {
                    try await send(first, then: watch.signals, of: id, after: seen, to: &writer)
                }
            } else {
                try await send(first, then: watch.signals, of: id, after: seen, to: &writer)
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    /// Sends what is newer than `seen`, until the job has ended or its watcher is sent home.
    private func send(
        _ first: JobEvent, then signals: AsyncStream<JobSignal>, of id: String, after seen: Int,
        to writer: inout any ResponseBodyWriter
    ) async throws {
        var (event, seen) = (first, seen)
        var lastWrite = ContinuousClock.now
        var signals = signals.makeAsyncIterator()
        while true {
            if event.id > seen {
                try await writer.write(ByteBuffer(bytes: Self.text(event, of: id)))
                seen = event.id
                lastWrite = .now
            }
            guard !event.state.hasEnded, let signal = await signals.next() else { return }
            switch signal {
            case .event(let next): event = next
            case .tick:
                // A job that is gone has nothing more to tell.
                guard let job = try? await jobs.job(id) else { return }
                event = JobEvent(job)
                if ContinuousClock.now - lastWrite > Self.heartbeatInterval {
                    try await writer.write(ByteBuffer(string: ": still here\n\n"))
                    lastWrite = .now
                }
            }
        }
    }

    private static func text(_ event: JobEvent, of id: String) -> [UInt8] {
        var json = JSONText()
        json.object { json in
            json.member("job_id", id)
            json.member("status", event.state.rawValue)
            json.member("progress", event.progress)
            if let phase = event.phase { json.member("phase", phase) }
        }
        let name = event.state.hasEnded ? event.state.rawValue : "progress"
        return Array("id: \(event.id)\nevent: \(name)\ndata: ".utf8) + json.bytes + Array("\n\n".utf8)
    }
}

extension HTTPField.Name {
    fileprivate static let lastEventID = HTTPField.Name("Last-Event-ID")!
}
