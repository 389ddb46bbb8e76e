import Formats
import FoundationEssentials
import HTTPTypes
import Hummingbird
import JobStore
import ResultCache

/// `/jobs`: look at them, cancel, delete.
struct JobRoutes: Sendable {
    let jobs: Jobs
    let recent: RecentJobs

    static let defaultPage = 50
    static let largestPage = 200

    var routes: [Route] {
        [
            Route(Self.listing) { request, _ in try await list(request) },
            Route(Self.showing) { _, context in try await show(context.captured) },
            Route(Self.deleting) { _, context in
                try await delete(context.captured)
            },
            Route(Self.cancelling) { _, context in
                try await cancel(context.captured)
            },
        ]
    }

    private static let listing = Operation(
        .get, "\(apiRoot)/jobs", "listJobs", .jobs, "The jobs, newest first, a page at a time.",
        parameters: [
            Parameter(
                name: "status", place: .query, schema: .component("JobStatus"),
                description: "Only jobs in this state."),
            Parameter(
                name: "limit", place: .query,
                schema: #"{"type": "integer", "minimum": 1, "maximum": 200, "default": 50}"#,
                description: "How many to show."),
            Parameter(
                name: "cursor", place: .query,
                schema: #"{"type": "string", "pattern": "^-?[0-9]{1,18}_.*$"}"#,
                description: "`next_cursor` of the page before."),
        ],
        answers: [Answer(.ok, "A page of jobs, without their results.", [.json("JobList")])])
    private static let showing = Operation(
        .get, "\(apiRoot)/jobs/{job_id}", "getJob", .jobs, "One job, with its results once it is completed.",
        parameters: [.jobID], answers: [Answer(.ok, "How it stands.", [.json("Job")])], problems: [.notFound])
    private static let deleting = Operation(
        .delete, "\(apiRoot)/jobs/{job_id}", "deleteJob", .jobs, "Remove a job that has ended.",
        parameters: [.jobID], answers: [Answer(.noContent, "It is gone.")], problems: [.notFound, .conflict])
    private static let cancelling = Operation(
        .post, "\(apiRoot)/jobs/{job_id}/cancel", "cancelJob", .jobs,
        "Stop a job that has not ended.", parameters: [.jobID],
        answers: [Answer(.ok, "It will not run any further.", [.json("JobState")])],
        problems: [.notFound, .conflict])

    private func show(_ id: String) async throws -> Response {
        if let (job, result) = recent[id] { return .json(job.json(results: result.results)) }
        let job = try await jobs.job(id)
        guard job.state == .completed else { return .json(job.json()) }
        let results = try await jobs.stored { store throws(StoreError) in try await store.results(of: id) }
        return .json(job.json(results: results.map { Array($0.json) }))
    }

    private func delete(_ id: String) async throws -> Response {
        if !recent.remove(id) { try await jobs.delete(id) }
        return Response(status: .noContent)
    }

    private func cancel(_ id: String) async throws -> Response {
        if recent[id] != nil {
            throw Problem(.conflict, "job \(id) is completed, it cannot be cancelled any more")
        }
        let job = try await jobs.cancel(id)
        var json = JSONText()
        json.object { json in
            json.member("job_id", job.id)
            json.member("status", job.state.rawValue)
        }
        return .json(json)
    }

    // MARK: The list

    private func list(_ request: Request) async throws -> Response {
        let query = request.uri.queryParameters
        var state: JobState?
        if let text = query["status"] {
            guard let known = JobState(rawValue: String(text)) else {
                let names = JobState.allCases.map(\.rawValue).joined(separator: ", ")
                throw Problem.invalid("status: unknown status \"\(text)\"; known: \(names)", at: "status")
            }
            state = known
        }
        var limit = Self.defaultPage
        if let text = query["limit"] {
            guard let number = Int(text), (1...Self.largestPage).contains(number) else {
                throw Problem.invalid(
                    "limit is \(text), expected an integer from 1 to \(Self.largestPage)", at: "limit")
            }
            limit = number
        }
        var cursor: JobCursor?
        if let text = query["cursor"] {
            guard let known = JobCursor(String(text)) else {
                throw Problem.invalid("cursor: take it from next_cursor of the page before", at: "cursor")
            }
            cursor = known
        }
        let (wanted, pageLimit, start) = (state, limit, cursor)
        // One more than asked for tells whether there is a next page.
        var found = try await jobs.stored { store throws(StoreError) in
            try await store.jobs(state: wanted, limit: pageLimit + 1, after: start)
        }
        if (wanted ?? .completed) == .completed {
            found += recent.jobs(limit: pageLimit + 1, after: start)
            found.sort { JobCursor($0) > JobCursor($1) }
        }
        let page = found.prefix(limit)
        var json = JSONText(capacity: 512 * (page.count + 1))
        json.object { json in
            json.array("jobs") { json in
                for job in page { json.value(verbatim: job.json().bytes) }
            }
            let next =
                found.count > limit ? page.last.map { JobCursor($0) } : nil
            json.member("next_cursor", next?.text)
        }
        return .json(json)
    }
}
