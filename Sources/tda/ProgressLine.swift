import Glibc
import Synchronization
package import Vocabulary

/// One line on the terminal that says how far the computation is, rewritten in place.
package final class ProgressLine: Sendable {
    /// Whether nothing more may be shown, as late progress may come after the result.
    private let isCleared = Mutex(false)
    private let write: @Sendable (String) -> Void

    package init(write: @escaping @Sendable (String) -> Void) { self.write = write }

    /// The line on standard error, or nil where that is no terminal.
    static func onTerminal() -> ProgressLine? {
        guard isatty(STDERR_FILENO) == 1 else { return nil }
        return ProgressLine { text in
            // A terminal that is gone needs no progress.
            _ = text.utf8.withContiguousStorageIfAvailable {
                Glibc.write(STDERR_FILENO, $0.baseAddress, $0.count)
            }
        }
    }

    package func show(_ progress: ComputeProgress) {
        let percent = Int((progress.fraction * 100).rounded(.down))
        isCleared.withLock { isCleared in
            if !isCleared { write("\r\u{1B}[K\(percent) % \(progress.phase)") }
        }
    }

    package func clear() {
        isCleared.withLock { isCleared in
            if !isCleared { write("\r\u{1B}[K") }
            isCleared = true
        }
    }
}
