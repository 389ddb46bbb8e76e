import Dispatch
import Glibc
import Synchronization
import Vocabulary

/// The user pressed Ctrl-C.
package struct Interrupted: Error {
    package init() {}

    /// Runs `body` in a task that the first SIGINT or SIGTERM cancels; the second ends the process at once.
    ///
    /// - Throws: `Interrupted` when a signal came and `body` failed, else what `body` throws.
    static func cancelling<R: Sendable>(_ body: sending @escaping () async throws -> R) async throws -> R {
        let task = Task(operation: body)
        let signals = SignalSources {
            if task.isCancelled { _exit(ExitStatus.interrupted.rawValue) }
            task.cancel()
        }
        defer { signals.stop() }
        do {
            return try await task.value
        } catch {
            throw task.isCancelled ? Interrupted() : error
        }
    }
}

/// Calls a handler for each SIGINT and SIGTERM instead of what they do by default.
private final class SignalSources: Sendable {
    private let sources: Mutex<[any DispatchSourceSignal]>

    init(_ handler: @escaping @Sendable () -> Void) {
        let queue = DispatchQueue(label: "signals")
        sources = Mutex(
            [SIGINT, SIGTERM].map { number in
                signal(number, SIG_IGN)
                let source = DispatchSource.makeSignalSource(signal: number, queue: queue)
                source.setEventHandler(handler: handler)
                source.resume()
                return source
            })
    }

    func stop() {
        sources.withLock { sources in
            for source in sources { source.cancel() }
            sources = []
        }
        for number in [SIGINT, SIGTERM] { signal(number, SIG_DFL) }
    }
}
