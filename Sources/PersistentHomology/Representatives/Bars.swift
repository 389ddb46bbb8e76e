import Hardware
import Vocabulary

/// The bars found so far; a cocycle and a generator for each where they are wanted, else none.
struct Bars {
    private(set) var pairs: [PersistencePair] = []
    private(set) var cocycles: [RepresentativeCocycle] = []
    private(set) var generators: [FlagGenerator] = []
    private let cocycleMemory: CountedBytes

    init(memory: MemoryAccount) { cocycleMemory = CountedBytes(memory: memory) }

    /// Counts room for cocycles of `termCount` simplices of dimension `dimension` that are about to be made.
    func reserveCocycles(termCount: Int, dimension: Int) throws(HomologyError) {
        try cocycleMemory.reserve(termCount * ((dimension + 1) * 4 + 2))
    }

    mutating func reserve(_ count: Int) { pairs.reserveCapacity(count) }

    mutating func append(_ pair: PersistencePair) { pairs.append(pair) }

    mutating func append(contentsOf others: [PersistencePair]) { pairs += others }

    mutating func append(
        _ pair: PersistencePair, _ cocycle: RepresentativeCocycle, _ generator: FlagGenerator
    ) {
        pairs.append(pair)
        cocycles.append(cocycle)
        generators.append(generator)
    }

    func barcode(maxDimension: Int) -> Barcode {
        Barcode(maxDimension: maxDimension, pairs: pairs, representatives: cocycles, generators: generators)
    }
}

extension RankedGraph {
    /// The ends of the edge of rank `rank` by the caller's numbers; nil for `none`.
    func labelledEnds(of rank: UInt32) -> FlagGenerator.Ends? {
        rank == none ? nil : labelled(ends(of: rank))
    }

    /// Two vertices by the caller's numbers.
    func labelled(_ ends: (UInt32, UInt32)) -> FlagGenerator.Ends {
        FlagGenerator.Ends(Int32(bitPattern: label(of: ends.0)), Int32(bitPattern: label(of: ends.1)))
    }

    /// The bar from one edge to another, essential where `death` is `none`; nil where it has no length.
    func pair(dimension: Int, birth: UInt32, death: UInt32) -> PersistencePair? {
        let start = length(of: birth)
        let end = death == none ? .infinity : length(of: death)
        return start < end ? PersistencePair(dimension: dimension, birth: start, death: end) : nil
    }

    func generator(birth: UInt32, death: UInt32) -> FlagGenerator? {
        labelledEnds(of: birth).map { FlagGenerator(birth: $0, death: labelledEnds(of: death)) }
    }
}
