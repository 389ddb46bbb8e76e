import Glibc
import Vocabulary

enum StandardOutput {
    /// - Throws: `Failure` when it cannot be written, as on a full disk.
    static func write(_ bytes: [UInt8]) throws(Failure) {
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes {
                Glibc.write(STDOUT_FILENO, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else {
                throw Failure(.internal, "cannot write the output: \(String(cString: strerror(errno)))")
            }
            written += count
        }
    }

    static func write(_ text: String) throws(Failure) { try write(Array(text.utf8)) }
}
