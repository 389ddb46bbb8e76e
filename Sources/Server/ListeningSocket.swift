import Glibc

/// A Unix socket that is being listened on, as a file of mode 0660.
///
/// A socket file that a dead daemon left is replaced; one that is answered is not touched. Two daemons
/// that start at the same time take turns by a lock on the socket's folder.
public struct ListeningSocket: Sendable {
    public let path: String
    /// Belongs to whoever serves the socket.
    let descriptor: CInt
    /// Tells whether the file is still this socket's when it is time to remove it.
    private let identity: FileIdentity?

    private struct FileIdentity: Hashable {
        let device: UInt
        let inode: UInt

        init?(_ path: String) {
            var status = stat()
            guard lstat(path, &status) == 0 else { return nil }
            device = UInt(status.st_dev)
            inode = UInt(status.st_ino)
        }
    }

    /// A socket that somebody else listens on already, e.g. systemd, who also keeps its file.
    public init(inherited descriptor: CInt, path: String) {
        self.path = path
        self.descriptor = descriptor
        identity = nil
    }

    public init(path: String) throws(StartError) {
        var address = sockaddr_un()
        let limit = MemoryLayout.size(ofValue: address.sun_path) - 1
        guard path.utf8.count <= limit, !path.utf8.isEmpty else {
            throw .pathTooLong(path, limit: limit)
        }
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }

        let folder = try Self.lockFolder(of: path)
        defer { close(folder) }
        try Self.clear(path, address)

        let descriptor = try Self.newSocket(path)
        // No moment in which others could connect.
        let mask = umask(0o117)
        let bound = address.withSocketAddress { bind(descriptor, $0, $1) }
        let bindError = errno
        umask(mask)
        guard bound == 0 else {
            close(descriptor)
            throw .system("bind", path: path, code: bindError)
        }
        guard listen(descriptor, 256) == 0 else {
            let code = errno
            close(descriptor)
            unlink(path)
            throw .system("listen on", path: path, code: code)
        }
        self.path = path
        self.descriptor = descriptor
        identity = FileIdentity(path)
    }

    /// Removes the file, unless another has taken its place.
    func removeFile() {
        if let identity, identity == FileIdentity(path) { unlink(path) }
    }

    private static func newSocket(_ path: String) throws(StartError) -> CInt {
        let type = CInt(SOCK_STREAM.rawValue) | CInt(SOCK_CLOEXEC.rawValue)
        let descriptor = socket(AF_UNIX, type, 0)
        guard descriptor >= 0 else { throw .system("make a socket for", path: path, code: errno) }
        return descriptor
    }

    private static func lockFolder(of path: String) throws(StartError) -> CInt {
        var folder = "."
        if let slash = path.lastIndex(of: "/") {
            folder = slash == path.startIndex ? "/" : String(path[..<slash])
        }
        let descriptor = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard descriptor >= 0 else { throw .system("open the socket's folder", path: folder, code: errno) }
        guard flock(descriptor, LOCK_EX) == 0 else {
            let code = errno
            close(descriptor)
            throw .system("lock the socket's folder", path: folder, code: code)
        }
        return descriptor
    }

    /// Removes a socket file that nobody answers.
    private static func clear(_ path: String, _ address: sockaddr_un) throws(StartError) {
        var status = stat()
        guard lstat(path, &status) == 0 else {
            if errno == ENOENT { return }
            throw .system("look at", path: path, code: errno)
        }
        guard status.st_mode & S_IFMT == S_IFSOCK else { throw .notASocket(path) }
        let probe = try newSocket(path)
        defer { close(probe) }
        guard address.withSocketAddress({ connect(probe, $0, $1) }) != 0 else { throw .alreadyServed(path) }
        switch errno {
        case ECONNREFUSED, ENOENT: break
        // A full backlog is an answer too.
        case EAGAIN: throw .alreadyServed(path)
        default: throw .system("connect to", path: path, code: errno)
        }
        guard unlink(path) == 0 || errno == ENOENT else {
            throw .system("remove the stale socket", path: path, code: errno)
        }
    }
}

extension sockaddr_un {
    fileprivate func withSocketAddress<Value>(
        _ body: (UnsafePointer<sockaddr>, socklen_t) -> Value
    ) -> Value {
        withUnsafePointer(to: self) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
    }
}
