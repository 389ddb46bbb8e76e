import Hardware
import Synchronization

/// A cycle that has met a birth, as other cycles need it. Written once, then shared between workers.
final class ReducedCycle<Entry: ColumnEntry>: Sendable {
    /// Which of the cycles it is, in the order in which they are filled: the rank of the block that fills it, and
    /// its number there.
    struct Place: Comparable, Sendable {
        let rank: UInt32
        let number: Int

        static func < (a: Self, b: Self) -> Bool { (a.rank, a.number) < (b.rank, b.number) }
    }

    let place: Place
    /// Of its class in the block of the birth.
    let coordinates: [UInt32]
    /// A chain whose boundary its part in that block is, less the classes.
    let chain: [Entry]
    /// What it is in lower blocks.
    let terms: Storage<Entry>

    init(place: Place, coordinates: [UInt32], chain: [Entry], terms: Storage<Entry>) {
        self.place = place
        self.coordinates = coordinates
        self.chain = chain
        self.terms = terms
    }
}

/// Which cycle has met which birth, in one dimension; shared by the workers.
///
/// Its lock is taken only where a cycle comes to a block with a class, which is rare beside the steps in between.
final class CyclePairing<Entry: ColumnEntry>: Sendable {
    typealias Cycle = ReducedCycle<Entry>

    /// By rank, the number of classes that give birth there.
    private let births: [UInt32: Int]
    private let ranks: [UInt32]
    /// The blocks that may have classes at all.
    private let classes: Set<UInt32>
    private let state = Mutex(State())
    private let memory: CountedBytes

    private struct State {
        /// By the rank of the birth and the last coordinate that is not zero.
        var cycles: [UInt32: [Int: Cycle]] = [:]
        var homologies: [UInt32: LuneHomology<Entry>] = [:]
        var pairCount = 0
        /// How many of `ranks` have met all their deaths.
        var settled = 0
    }

    /// - Parameters:
    ///   - births: the blocks with classes of H_k(K_r, K_{r−1}).
    ///   - deaths: by rank, how many of them end bars one dimension below.
    init(births found: [FertileBlock<Entry>], deaths: [UInt32: Int], memory: MemoryAccount) {
        var births: [UInt32: Int] = [:]
        for block in found {
            let count = block.cycles.count - deaths[block.rank, default: 0]
            if count > 0 { births[block.rank] = count }
        }
        self.births = births
        ranks = births.keys.sorted()
        classes = Set(found.lazy.map(\.rank))
        self.memory = CountedBytes(memory: memory)
    }

    @inline(__always)
    func mayHaveClasses(_ rank: UInt32) -> Bool { classes.contains(rank) }

    /// Whether every birth had met its death when `settle` was called last.
    var isComplete: Bool { lowestAlive == none }

    /// The first birth that had no death when `settle` was called last; cycles below it bound.
    var lowestAlive: UInt32 { state.withLock { $0.settled < ranks.count ? ranks[$0.settled] : none } }

    /// For when no worker is reducing.
    func settle() {
        state.withLock { state in
            while state.settled < ranks.count {
                let rank = ranks[state.settled]
                guard state.cycles[rank]?.count == births[rank] else { return }
                state.settled += 1
            }
        }
    }

    func cycle(at rank: UInt32, leading: Int) -> Cycle? {
        state.withLock { $0.cycles[rank]?[leading] }
    }

    /// Enters `cycle` if `expected` is what stands there now. Returns false when another worker was faster.
    func enter(
        _ cycle: Cycle, at rank: UInt32, leading: Int, replacing expected: Cycle?
    ) throws(HomologyError) -> Bool {
        try memory.reserve(cycle.chain.count * MemoryLayout<Entry>.stride + 256)
        return state.withLock { state in
            guard state.cycles[rank]?[leading] === expected else { return false }
            state.cycles[rank, default: [:]][leading] = cycle
            return true
        }
    }

    func homology(ofBlock rank: UInt32) -> LuneHomology<Entry>? { state.withLock { $0.homologies[rank] } }

    func enter(_ homology: LuneHomology<Entry>, ofBlock rank: UInt32) {
        state.withLock { $0.homologies[rank] = homology }
    }

    /// The bars as ranks of birth and death, `none` for a birth without one.
    var pairs: [(birth: UInt32, death: UInt32)] {
        state.withLock { state in
            births.flatMap { birth, count in
                let deaths = (state.cycles[birth] ?? [:]).values.map { (birth: birth, death: $0.place.rank) }
                return deaths
                    + repeatElement((birth: birth, death: none), count: max(count - deaths.count, 0))
            }
        }
    }

    /// By rank, how many bars end there.
    var deaths: [UInt32: Int] {
        state.withLock { state in
            Dictionary(
                state.cycles.values.lazy.flatMap { $0.values.map { ($0.place.rank, 1) } }, uniquingKeysWith: +
            )
        }
    }
}
