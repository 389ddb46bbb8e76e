import Glibc
import Kafka
import Vocabulary

/// Lines that come in on one descriptor, each answered on another. Read by a thread of its own.
struct CommandLines {
    let input: Int32
    let output: Int32

    static let ofStandardInput = CommandLines(input: STDIN_FILENO, output: STDOUT_FILENO)

    func serve(_ answer: @escaping @Sendable (String) -> String) {
        let (input, output) = (input, output)
        BlockingThread.start { Self.run(input, output, answer) }
    }

    static func run(_ input: Int32, _ output: Int32, _ answer: (String) -> String) {
        var pending: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 4096)
        while true {
            let count = read(input, &buffer, buffer.count)
            if count < 0, errno == EINTR { continue }
            guard count > 0, pending.count < 1 << 16 else { return }
            pending += buffer[..<count]
            while let end = pending.firstIndex(of: UInt8(ascii: "\n")) {
                let line = String(decoding: pending[..<end], as: UTF8.self)
                pending.removeSubrange(...end)
                if line.allSatisfy(\.isWhitespace) { continue }
                guard write(answer(line) + "\n", to: output) else { return }
            }
        }
    }

    private static func write(_ text: String, to descriptor: Int32) -> Bool {
        var bytes = Array(text.utf8)[...]
        while !bytes.isEmpty {
            let count = bytes.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            bytes = bytes.dropFirst(count)
        }
        return true
    }
}

/// A Unix socket that takes commands, from one client at a time.
struct ControlSocket {
    private let descriptor: Int32
    private let path: String

    init(path: String) throws(Failure) {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let bytes = Array(path.utf8)
        let capacity = MemoryLayout.size(ofValue: address.sun_path)
        guard bytes.count < capacity else {
            throw Failure(
                .invalidArgument,
                "--control: \(path) is longer than the \(capacity - 1) bytes a socket may have")
        }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: bytes) }
        unlink(path)
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        let bound = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_un>.size))
            }
        }
        guard bound == 0, listen(descriptor, 8) == 0 else {
            throw Failure(
                .unavailable, "--control: cannot listen on \(path): \(String(cString: strerror(errno)))")
        }
        self.descriptor = descriptor
        self.path = path
    }

    func serve(_ answer: @escaping @Sendable (String) -> String) {
        let descriptor = descriptor
        BlockingThread.start {
            while true {
                let client = accept(descriptor, nil, nil)
                if client < 0, errno == EINTR || errno == ECONNABORTED { continue }
                guard client >= 0 else { return }
                CommandLines.run(client, client, answer)
                close(client)
            }
        }
    }

    func remove() { unlink(path) }
}
