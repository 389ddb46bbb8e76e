import Formats
import HTTPTypes
import Hummingbird
import JobStore
import Messages
import NIOCore
import NIOPosix

/// `/data`: upload point clouds, look at them, delete them.
struct DataRoutes: Sendable {
    let uploads: Uploads
    let metrics: GatewayMetrics
    let maxUploadBytes: Int

    /// The largest `metadata`, and what a form's own text may add to the file.
    private static let maxMetadataBytes = 64 << 10

    var routes: [Route] {
        [
            Route(Self.uploading) { request, _ in try await upload(request) },
            Route(Self.listing) { _, _ in try await list() },
            Route(Self.showing) { _, context in
                var json = JSONText()
                json.upload(try await uploads.upload(context.captured))
                return .json(json)
            },
            Route(Self.deleting) { _, context in
                try await uploads.delete(context.captured)
                return Response(status: .noContent)
            },
        ]
    }

    private static let uploading = Operation(
        .post, "\(apiRoot)/data/upload", "uploadFile", .data, "Upload a point cloud.",
        body: [Content(type: "multipart/form-data", schema: .component("UploadForm"))],
        answers: [Answer(.created, "It was read, checked and kept.", [.json("Upload")])])
    private static let listing = Operation(
        .get, "\(apiRoot)/data", "listFiles", .data, "The uploads.",
        answers: [Answer(.ok, "All of them, newest first.", [.json("UploadList")])])
    private static let showing = Operation(
        .get, "\(apiRoot)/data/{file_id}", "getFile", .data, "One upload.", parameters: [.fileID],
        answers: [Answer(.ok, "What is known of it.", [.json("Upload")])], problems: [.notFound])
    private static let deleting = Operation(
        .delete, "\(apiRoot)/data/{file_id}", "deleteFile", .data, "Remove an upload.",
        parameters: [.fileID], answers: [Answer(.noContent, "It is gone.")], problems: [.notFound])

    private func list() async throws -> Response {
        let all = try await uploads.all()
        var json = JSONText(capacity: 256 * (all.count + 1))
        json.object { json in
            json.array("files") { json in for upload in all { json.upload(upload) } }
        }
        return .json(json)
    }

    private func upload(_ request: Request) async throws -> Response {
        guard var parser = MultipartParser(contentType: request.headers[.contentType] ?? "") else {
            throw Problem.invalid("send a form: Content-Type: multipart/form-data; boundary=…")
        }
        let announced = request.headers[.contentLength].flatMap { Int($0) } ?? 0
        guard announced <= maxFormBytes else { throw tooLarge }
        let inflater = try Inflater(contentEncoding: request.headers.first(.contentEncoding))

        var form = Form()
        for try await chunk in request.body {
            metrics.bodyRead(bytes: chunk.readableBytes)
            if let inflater {
                inflater.take(chunk)
                while let piece = try inflater.next() { try await read(piece, by: &parser, into: &form) }
            } else {
                try await read(chunk, by: &parser, into: &form)
            }
        }
        try inflater?.end()
        guard parser.isFinished else { throw Problem.invalid("the form ends before its last boundary") }
        guard let file = form.file else {
            throw Problem.invalid("the form has no part named file", at: "file")
        }
        var metadata = UploadMetadata()
        if let text = form.metadata {
            try text.withUnsafeReadableBytes { bytes throws(Problem) in try metadata.read(bytes) }
        }
        metadata.complete(fromFileName: form.fileName)
        var json = JSONText()
        json.upload(try await uploads.add(file, metadata))
        return .json(json, status: .created)
    }

    /// What has come of the form so far.
    private struct Form {
        enum Part { case none, file, metadata, other }
        var part = Part.none
        var byteCount = 0
        var file: UploadFile?
        var fileName: String?
        var metadata: ByteBuffer?
    }

    private func read(
        _ bytes: ByteBuffer, by parser: inout MultipartParser, into form: inout Form
    ) async throws {
        form.byteCount += bytes.readableBytes
        guard form.byteCount <= maxFormBytes else { throw tooLarge }
        for event in try parser.feed(bytes) { try await take(event, into: &form) }
    }

    private func take(_ event: MultipartParser.Event, into form: inout Form) async throws {
        switch event {
        case .part("file", let fileName):
            guard form.file == nil else {
                throw Problem.invalid("the form has more than one file", at: "file")
            }
            form.part = .file
            form.fileName = fileName
            form.file = try await uploads.begin()
        case .part("metadata", _):
            form.part = .metadata
            form.metadata = ByteBuffer()
        case .part: form.part = .other
        case .data(let data) where form.part == .file:
            guard let file = form.file else { return }
            guard file.byteCount + data.readableBytes <= maxUploadBytes else { throw tooLarge }
            try await NIOThreadPool.singleton.runIfActive { try file.append(data) }
        case .data(let data) where form.part == .metadata:
            form.metadata?.writeImmutableBuffer(data)
            guard form.metadata?.readableBytes ?? 0 <= Self.maxMetadataBytes else {
                throw Problem.invalid("metadata has more than \(Self.maxMetadataBytes) bytes", at: "metadata")
            }
        case .data, .partEnd, .end: break
        }
    }

    /// A file of the largest size, and what stands around it.
    private var maxFormBytes: Int { maxUploadBytes + 2 * Self.maxMetadataBytes }

    private var tooLarge: Problem {
        Problem(
            .payloadTooLarge, "the file has more than \(maxUploadBytes) bytes",
            details: [("max_bytes", .integer(maxUploadBytes))], closesConnection: true)
    }
}

extension JSONText {
    fileprivate mutating func upload(_ upload: Upload) {
        object { json in
            json.member("file_id", upload.id)
            json.member("name", upload.name)
            json.member("description", upload.description)
            json.member("format", upload.format)
            json.member("dimension", upload.dimension)
            json.member("num_points", upload.pointCount)
            json.member("size_bytes", upload.byteCount)
            json.member("sha256", upload.digest)
            json.member("created_at", upload.createdAt.contractText)
            json.member("status", "processed")
            json.object("validation") { json in
                json.member("is_valid", true)
                json.array("errors") { _ in }
            }
        }
    }
}
