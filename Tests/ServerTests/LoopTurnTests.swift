import NIOEmbedded
import Server
import Testing

@Suite struct LoopTurnTests {
    @Test func theFirstOfATurnIsComputedOnTheLoop() {
        let loop = EmbeddedEventLoop()
        let turn = LoopTurns().turn(of: loop)
        #expect(turn.taken(3, isThreadIdle: true) == [true, false, false])
        loop.run()
        #expect(turn.taken(2, isThreadIdle: true) == [true, false])
    }

    @Test func aFewMoreAreWhereNoThreadIsIdle() {
        let turn = LoopTurns().turn(of: EmbeddedEventLoop())
        #expect(turn.taken(20, isThreadIdle: false) == (0..<20).map { $0 < 8 })
    }

    @Test func theLoopsThatComputeAreCounted() {
        let (first, second, turns) = (EmbeddedEventLoop(), EmbeddedEventLoop(), LoopTurns())
        #expect(turns.turn(of: first).countSeen == 1)
        #expect(turns.turn(of: second).countSeen == 2)
        first.run()
        #expect(turns.turn(of: second).countSeen == 1)
    }
}

extension LoopTurn {
    /// Which of as many computations the loop may do itself.
    fileprivate func taken(_ count: Int, isThreadIdle: Bool) -> [Bool] {
        (0..<count).map { _ in take { _ in isThreadIdle } }
    }

    /// How many loops are said to compute, in a turn that has begun by then.
    fileprivate var countSeen: Int {
        var seen = 0
        for _ in 0..<2 {
            _ = take {
                seen = $0
                return true
            }
        }
        return seen
    }
}
