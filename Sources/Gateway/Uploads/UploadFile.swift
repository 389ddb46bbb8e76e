import Crypto
import Glibc
import NIOCore
import Synchronization

/// A file that is being uploaded, written under a name of our own. It removes itself unless it was kept.
///
/// Its calls wait for the disk: make them on a thread that may.
final class UploadFile: Sendable {
    private struct State: ~Copyable {
        var descriptor: CInt
        var digest = SHA256()
        var byteCount = 0
        var isKept = false
    }

    let path: String
    private let state: Mutex<State>

    init(path: String) throws(Problem) {
        let descriptor = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o600)
        guard descriptor >= 0 else { throw .disk(errno) }
        self.path = path
        state = Mutex(State(descriptor: descriptor))
    }

    deinit {
        state.withLock { state in
            if state.descriptor >= 0 { close(state.descriptor) }
            if !state.isKept { unlink(path) }
        }
    }

    var byteCount: Int { state.withLock { $0.byteCount } }

    func append(_ data: ByteBuffer) throws(Problem) {
        let code = state.withLock { state in
            data.withUnsafeReadableBytes { bytes -> CInt in
                state.digest.update(bufferPointer: bytes)
                state.byteCount += bytes.count
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = write(
                        state.descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count < 0 && errno == EINTR { continue }
                    guard count > 0 else { return errno }
                    rest = rest.dropFirst(count)
                }
                return 0
            }
        }
        if code != 0 { throw .disk(code) }
    }

    /// Makes it durable.
    ///
    /// - Returns: the hexadecimal digits of its SHA-256.
    func finish() throws(Problem) -> String {
        let (digest, code) = state.withLock { state -> (String, CInt) in
            let code = fsync(state.descriptor) == 0 ? 0 : errno
            close(state.descriptor)
            state.descriptor = -1
            return (Hex.digits(state.digest.finalize()), code)
        }
        if code != 0 { throw .disk(code) }
        return digest
    }

    /// Moves it to where it stays; a file that is there already is the same by its name, the digest.
    func keep(as path: String, in directory: String) throws(Problem) {
        if access(path, F_OK) == 0 { return }
        guard rename(self.path, path) == 0 else { throw .disk(errno) }
        state.withLock { $0.isKept = true }
        let directory = open(directory, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard directory >= 0 else { throw .disk(errno) }
        defer { close(directory) }
        guard fsync(directory) == 0 else { throw .disk(errno) }
    }
}

extension Problem {
    /// What the system's error says of the disk.
    static func disk(_ code: CInt) -> Problem {
        Problem(
            .unavailable, "the upload cannot be stored now: \(String(cString: strerror(code)))", retryAfter: 5
        )
    }
}
