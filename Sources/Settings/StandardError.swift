import Glibc

/// Standard error, a whole line at a time.
public enum StandardError {
    /// Writes `line` and a line feed in one call, so that lines of several threads do not mix.
    public static func writeLine(_ line: String) {
        let bytes = Array(line.utf8) + [UInt8(ascii: "\n")]
        var written = 0
        while written < bytes.count {
            let count = bytes[written...].withUnsafeBytes { write(STDERR_FILENO, $0.baseAddress, $0.count) }
            if count < 0 && errno == EINTR { continue }
            // With nobody left to read it, there is nobody to tell either.
            guard count > 0 else { return }
            written += count
        }
    }
}
