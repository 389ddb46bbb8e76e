import NIOCore
import Synchronization

/// One event loop's turn: what came in at once, before the loop looks for more.
///
/// At most one computation a turn is done on the loop itself; the others go to the threads for it, so that a loop
/// stands still for less than a millisecond and none of those threads is idle meanwhile.
final class LoopTurn {
    private let loop: any EventLoop
    private var isTaken = false

    init(of loop: any EventLoop) { self.loop = loop }

    /// Whether the caller, on the loop, may compute there now: the first one a turn.
    func take() -> Bool {
        guard !isTaken else { return false }
        isTaken = true
        // Runs once all that has come in is handled.
        loop.assumeIsolated().execute { [self] in isTaken = false }
        return true
    }
}

/// The turns of the event loops of a daemon, of which there are a few.
final class LoopTurns: Sendable {
    private let all = Mutex<[ObjectIdentifier: NIOLoopBound<LoopTurn>]>([:])

    /// That of `loop`, which the caller runs on.
    func turn(of loop: any EventLoop) -> LoopTurn {
        let turn = all.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known }
            let turn = NIOLoopBound(LoopTurn(of: loop), eventLoop: loop)
            all[ObjectIdentifier(loop)] = turn
            return turn
        }
        return turn.value
    }
}
