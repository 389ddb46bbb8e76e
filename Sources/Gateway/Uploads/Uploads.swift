import Formats
import FoundationEssentials
import Glibc
import JobStore
import Messages
import NIOPosix
import Vocabulary

/// The uploaded point clouds: rows in the store, and files named by the digest of their bytes, so that
/// equal uploads lie on the disk once.
final class Uploads: Sendable {
    let directory: String
    private let store: any JobStore
    /// A file that is read takes its size and that of its numbers: two at a time.
    private let readers = AsyncSemaphore(2)
    /// Between a file and its row nobody else may add or remove the same file.
    private let changes = AsyncSemaphore(1)

    init(directory: String, store: any JobStore) {
        self.directory = directory
        self.store = store
    }

    /// Makes the directory, and removes what an earlier run left half done.
    func prepare() throws {
        let files = FileManager.default
        try files.createDirectory(atPath: directory, withIntermediateDirectories: true)
        for name in try files.contentsOfDirectory(atPath: directory) where name.hasPrefix("part-") {
            try? files.removeItem(atPath: "\(directory)/\(name)")
        }
    }

    /// A file to write an upload to.
    func begin() async throws -> UploadFile {
        let path = "\(directory)/part-\(RandomID.make())"
        return try await onDiskThread { try UploadFile(path: path) }
    }

    /// Checks what was written and adds it.
    ///
    /// - Throws: VALIDATION_ERROR where it is no point cloud of that format and dimension.
    func add(_ file: UploadFile, _ metadata: UploadMetadata) async throws -> Upload {
        let format = try metadata.checkedFormat()
        let digest = try await onDiskThread { try file.finish() }
        let cloud = try await cloud(at: file.path, format, .float64, dimension: metadata.dimension)
        let id = RandomID.make()
        let upload = Upload(
            id: id, name: metadata.name ?? id, description: metadata.description, format: format.rawValue,
            dimension: cloud.dimension, pointCount: cloud.count, byteCount: file.byteCount, digest: digest,
            createdAt: Date())
        try await changes.run {
            try await onDiskThread { [path = path(of: digest), directory] in
                try file.keep(as: path, in: directory)
            }
            try await stored { store throws(StoreError) in try await store.add(upload) }
        }
        return upload
    }

    /// - Throws: NOT_FOUND.
    func upload(_ id: String) async throws -> Upload {
        guard let upload = try await stored({ store throws(StoreError) in try await store.upload(id) }) else {
            throw Problem.noUpload(id)
        }
        return upload
    }

    func all() async throws -> [Upload] {
        try await stored { store throws(StoreError) in try await store.uploads() }
    }

    /// - Throws: NOT_FOUND.
    func delete(_ id: String) async throws {
        try await changes.run {
            let removed = try await stored { store throws(StoreError) in try await store.deleteUpload(id) }
            guard let removed else { throw Problem.noUpload(id) }
            guard !removed.isShared else { return }
            try await onDiskThread { [path = path(of: removed.upload.digest)] in
                try FileManager.default.removeItem(atPath: path)
            }
        }
    }

    /// The points of an upload.
    func points(_ id: String, precision: Precision) async throws -> PointCloud {
        let upload = try await upload(id)
        guard let format = PointsFormat(rawValue: upload.format) else { throw Problem.noUpload(id) }
        return try await cloud(at: path(of: upload.digest), format, precision)
    }

    private func path(of digest: String) -> String { "\(directory)/\(digest)" }

    private func cloud(
        at path: String, _ format: PointsFormat, _ precision: Precision, dimension: Int? = nil
    ) async throws -> PointCloud {
        try await readers.run {
            try await onDiskThread {
                guard access(path, F_OK) == 0 else {
                    throw Problem(.notFound, "the upload's file is gone")
                }
                let file = try MappedFile(path: path)
                do throws(FormatError) {
                    return try file.withBytes { (bytes) throws(FormatError) in
                        try InputParser.points(bytes, as: format, precision: precision, dimension: dimension)
                    }
                } catch {
                    throw Problem.badUpload(error)
                }
            }
        }
    }

    private func onDiskThread<Value: Sendable>(
        _ body: @escaping @Sendable () throws -> Value
    ) async throws -> Value {
        try await NIOThreadPool.singleton.runIfActive(body)
    }

    private func stored<Value: Sendable>(
        _ body: @escaping @Sendable (any JobStore) async throws(StoreError) -> Value
    ) async throws -> Value {
        // A task of its own: what a client began is finished though it leaves.
        let asking = Task { [store] in try await body(store) }
        do { return try await asking.value } catch let error as StoreError { throw Problem(error) }
    }
}

extension Problem {
    static func noUpload(_ id: String) -> Problem { Problem(.notFound, "there is no file \(id.prefix(64))") }

    static func badUpload(_ error: FormatError) -> Problem {
        badUpload(error.message, at: error.position)
    }

    /// VALIDATION_ERROR with `details.validation` as the contract says.
    static func badUpload(_ message: String, at position: TextPosition? = nil) -> Problem {
        var json = JSONText()
        json.object { json in
            json.member("is_valid", false)
            json.array("errors") { json in
                json.object { json in
                    json.member("line", position?.line)
                    json.member("column", position?.column)
                    json.member("message", message)
                }
            }
        }
        let place = position.map { "line \($0.line), column \($0.column): " } ?? ""
        return Problem(.validation, place + message, details: [("validation", .json(json.bytes))])
    }
}
