internal import Foundation
internal import Hardware
internal import HomologyOracle
internal import Synchronization

/// Names the input at hand when the engine crashes or hangs, where no code after it runs.
final class Watch: Sendable {
    private struct Watched {
        var input: RipsCase
        var since: ContinuousClock.Instant
        var stop: StopSignal
    }

    private let watched = Mutex<Watched?>(nil)
    private let limit: Duration

    init(limit: Double) {
        self.limit = .seconds(limit)
        for number in [SIGILL, SIGTRAP, SIGSEGV, SIGBUS, SIGFPE, SIGABRT] {
            signal(number) { number in
                lastWords.withUnsafeBytes { _ = write(2, $0.baseAddress, $0.count) }
                signal(number, SIG_DFL)
                raise(number)
            }
        }
        Thread.detachNewThread { [self] in
            while true {
                Thread.sleep(forTimeInterval: 0.25)
                check()
            }
        }
    }

    func during<Result>(_ input: RipsCase, _ body: (StopSignal) -> Result) -> Result {
        let stop = StopSignal()
        lastWords.set("crashed on: \(input)\n")
        watched.withLock { $0 = Watched(input: input, since: .now, stop: stop) }
        defer { watched.withLock { $0 = nil } }
        return body(stop)
    }

    /// Asks a computation that is late to stop, and ends the process where it does not.
    private func check() {
        guard let late = watched.withLock({ $0 }), ContinuousClock.now - late.since > limit else { return }
        if !late.stop.isStopped {
            print("LATE, asked to stop: \(late.input)\n\(late.input.text)")
            late.stop.stop(.deadlineExceeded)
        } else if ContinuousClock.now - late.since > limit + .seconds(5) {
            print("HANGS and does not stop: \(late.input)")
            exit(2)
        }
    }
}

/// Bytes that a signal handler may write: at a fixed address, and never freed.
private let lastWords = LastWords()

/// Sendable: written by the fuzzing thread, read when that has ended.
private final class LastWords: @unchecked Sendable {
    private let bytes = UnsafeMutableRawBufferPointer.allocate(byteCount: 1024, alignment: 1)
    private var count = 0

    func set(_ text: String) {
        count = min(text.utf8.count, bytes.count)
        bytes.copyBytes(from: text.utf8.prefix(count))
    }

    func withUnsafeBytes(_ body: (UnsafeRawBufferPointer) -> Void) {
        body(UnsafeRawBufferPointer(rebasing: bytes[..<count]))
    }
}
