import Glibc

/// Why the daemon cannot listen on its socket.
public enum StartError: Error, Sendable, Hashable, CustomStringConvertible {
    case pathTooLong(String, limit: Int)
    /// Something else stands where the socket should be.
    case notASocket(String)
    case alreadyServed(String)
    case system(String, path: String, code: Int32)

    public var description: String {
        switch self {
        case .pathTooLong(let path, let limit):
            "the socket's path \(path) is longer than the \(limit) bytes that a Unix socket may have"
        case .notASocket(let path):
            "\(path) exists and is not a socket; remove it or choose another path with --socket"
        case .alreadyServed(let path):
            "another daemon already answers on \(path); stop it or choose another path with --socket"
        case .system(let what, let path, let code):
            "cannot \(what) \(path): \(String(cString: strerror(code)))"
        }
    }
}
