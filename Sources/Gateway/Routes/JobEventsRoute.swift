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

    private static let operation = Operation(
        .get, "\(apiRoot)/jobs/{job_id}/events", "watchJob", .jobs, "What happens to a job, as it happens.",
        description: "Events `progress`, then `completed`, `failed` or `cancelled`, which ends the stream.",
        parameters: [
            .jobID,
            Parameter(
                name: "Last-Event-ID", place: .header, schema: .string,
                description: "The last event that was seen."),
        ],
        answers: [
            Answer(
                .ok, "Server-sent events.",
                [Content(type: "text/event-stream", schema: .component("JobEvent"))])
        ], problems: [.notFound])

    var routes: [Route] {
        let route = Route(Self.operation) { request, context in
            try await events(of: context.captured, request, context)
        }
        return [route]
    }

    private func events(
        of id: String, _ request: Request, _ context: GatewayContext
    ) async throws -> Response {
        let seen = request.headers[.lastEventID].flatMap { Int($0) } ?? -1
        _ = try await job(id)
        let connection = context.connection
        // Nothing is watched before the body is asked for, which it is not for HEAD or a client that has gone.
        let body = ResponseBody { writer in
            // Watch before the first look, so that no change falls between.
            let watch = jobs.events.watch(id, tick: Self.lookInterval)
            defer { watch.stop() }
            if let current = try? await job(id) {
                let first = JobEvent(current)
                if let connection {
                    try await connection.watching(onClose: watch.stop) {
                        try await send(first, then: watch.signals, of: id, after: seen, to: &writer)
                    }
                } else {
                    try await send(first, then: watch.signals, of: id, after: seen, to: &writer)
                }
            }
            try await writer.finish(nil)
        }
        return Response(
            status: .ok, headers: [.contentType: "text/event-stream", .cacheControl: "no-store"], body: body)
    }

    private func job(_ id: String) async throws(Problem) -> Job {
        if let recent = recent[id]?.job { return recent }
        return try await jobs.job(id)
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
