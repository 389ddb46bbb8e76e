import Dispatch
import Engine
import Hardware
import Synchronization

/// Threads of the system's own pool: enough for tests of the socket.
final class DispatchThreads: ComputeThreads {
    let threadCount: Int
    private let idle: Mutex<Int>

    init(_ count: Int) {
        threadCount = count
        idle = Mutex(count)
    }

    var idleCount: Int { idle.withLock { $0 } }

    func start(
        teamOf size: Int, whenReleased: @escaping @Sendable () -> Void,
        _ body: @escaping @Sendable (any Team) -> Void
    ) -> Bool {
        let taken = idle.withLock { idle in
            guard idle > 0 else { return false }
            idle -= 1
            return true
        }
        guard taken else { return false }
        DispatchQueue.global().async { [self] in
            body(CallingThread())
            idle.withLock { $0 += 1 }
            whenReleased()
        }
        return true
    }

    func recall() -> Bool { false }
    func reinforce() {}
}
