import Engine
package import NIOCore
import Synchronization

/// One event loop's turn: what came in at once, before the loop looks for more.
///
/// The first tiny computation of a turn is done on the loop itself. Further ones go to a thread that would have a core
/// to itself; while there is none, to wake one would only take time from whoever computes, and they are done on the
/// loop too, a few a turn, so that it stands still for some milliseconds at the most.
package final class LoopTurn {
    private static let most = 8

    private let loop: any EventLoop
    private let turns: LoopTurns
    private var taken = 0

    fileprivate init(of loop: any EventLoop, among turns: LoopTurns) {
        self.loop = loop
        self.turns = turns
    }

    /// Whether the caller, on the loop, may compute there now.
    ///
    /// - Parameter isThreadIdle: whether there is a thread with nothing to do beside as many loops that compute.
    package func take(unless isThreadIdle: (_ computingLoops: Int) -> Bool) -> Bool {
        if taken == 0 {
            begin()
        } else if taken == Self.most || isThreadIdle(turns.computingCount) {
            return false
        }
        taken += 1
        return true
    }

    private func begin() {
        turns.began()
        // Runs once all that has come in is handled.
        loop.assumeIsolated().execute { [self] in
            taken = 0
            turns.ended()
        }
    }
}

/// The turns of the event loops of a daemon, of which there are a few.
package final class LoopTurns: Sendable {
    private let all = Mutex<[ObjectIdentifier: NIOLoopBound<LoopTurn>]>([:])
    private let computing = Atomic<Int>(0)
    /// The connection that was served last, by whatever loop.
    private let connection = Atomic<UInt64>(0)

    package init() {}

    /// That of `loop`, which the caller runs on.
    package func turn(of loop: any EventLoop) -> LoopTurn {
        let turn = all.withLock { all in
            if let known = all[ObjectIdentifier(loop)] { return known }
            let turn = NIOLoopBound(LoopTurn(of: loop, among: self), eventLoop: loop)
            all[ObjectIdentifier(loop)] = turn
            return turn
        }
        return turn.value
    }

    /// Notes that a loop serves the connection `number` now. Returns whether that is the one that was served last.
    func goOn(with number: UInt64) -> Bool {
        connection.exchange(number, ordering: .relaxed) == number
    }

    /// Whether nobody else has been served since, and a core would be left beside its loop for whoever computes.
    func isFree(for number: UInt64, _ engine: Engine) -> Bool {
        connection.load(ordering: .relaxed) == number && System.coreCount > 1
            && engine.isThreadIdle(besides: computingCount)
    }

    /// Loops that compute in their turn.
    fileprivate var computingCount: Int { computing.load(ordering: .relaxed) }

    fileprivate func began() { computing.add(1, ordering: .relaxed) }
    fileprivate func ended() { computing.subtract(1, ordering: .relaxed) }
}
