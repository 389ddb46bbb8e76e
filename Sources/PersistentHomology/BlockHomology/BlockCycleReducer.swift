import Hardware

/// Pushes cycles down until they meet births; one worker's part of `BlockHomology`.
///
/// Workers reduce side by side as columns are reduced (Morozov and Nigmetov, 2020): a cycle is only added to one that
/// is filled later, and who meets a birth in the hands of a later cycle takes it over and goes on with that one.
///
/// Sendable: used by its own worker only.
final class BlockCycleReducer<Graph: RankedGraph, Entry: ColumnEntry>: @unchecked Sendable {
    private let pairing: CyclePairing<Entry>
    private let examiner: BlockExaminer<Graph, Entry>
    private let cycle: BlockCycle<Graph, Entry>
    private let field: PrimeField
    private let dimension: Int
    private let context: ComputeContext

    init(
        _ pairing: CyclePairing<Entry>, examiner: BlockExaminer<Graph, Entry>, graph: Graph, blocks: Blocks,
        codec: SimplexCodec<Entry.Key>, field: PrimeField, dimension: Int, scanner: Graph.Scanner,
        context: ComputeContext
    ) {
        self.pairing = pairing
        self.examiner = examiner
        self.field = field
        self.dimension = dimension
        self.context = context
        cycle = BlockCycle(
            graph: graph, blocks: blocks, codec: codec, field: field, dimension: dimension, scanner: scanner,
            memory: context.memory)
    }

    /// Reduces the cycles that `block` fills. Returns false when the worker's cycles have added more than `limit`
    /// terms, or when a block has too much homology.
    func reduce(_ block: FertileBlock<Entry>, limit: Int) throws(HomologyError) -> Bool {
        for (number, lower) in block.cycles.enumerated() {
            cycle.removeAll()
            try cycle.add(suspensionOf: lower, at: block.rank)
            guard try reduce(ReducedCycle.Place(rank: block.rank, number: number), limit: limit) else {
                return false
            }
        }
        return true
    }

    private func reduce(_ start: ReducedCycle<Entry>.Place, limit: Int) throws(HomologyError) -> Bool {
        var place = start
        var part: [Entry] = []
        let lowest = pairing.lowestAlive
        while let rank = try cycle.popBlock(into: &part), rank >= lowest {
            try context.checkStop()
            if cycle.effort > limit { return false }
            guard pairing.mayHaveClasses(rank) else {
                let chain = try examiner.chain(filling: part, at: rank, degree: dimension - 2)
                try cycle.add(suspensionOf: chain, at: rank)
                continue
            }
            guard let homology = try homology(ofBlock: rank) else { return false }
            var (coordinates, chain) = try examiner.coordinates(of: part, at: rank, by: homology)
            while let leading = coordinates.lastIndex(where: { $0 != 0 }) {
                let owner = pairing.cycle(at: rank, leading: leading)
                if let owner, owner.place < place {
                    try eliminate(leading, of: &coordinates, &chain, by: owner)
                    continue
                }
                let own = ReducedCycle(
                    place: place, coordinates: coordinates, chain: chain, terms: try cycle.drain())
                cycle.removeAll()
                guard try pairing.enter(own, at: rank, leading: leading, replacing: owner) else {
                    try cycle.add(own.terms, times: 1)
                    continue
                }
                guard let owner else { return true }
                // The other is filled later: go on with it.
                (place, coordinates, chain) = (owner.place, owner.coordinates, owner.chain)
                try cycle.add(owner.terms, times: 1)
                try eliminate(leading, of: &coordinates, &chain, by: own)
            }
            addUp(&chain, field)
            try cycle.add(suspensionOf: chain, at: rank)
        }
        return true
    }

    private func eliminate(
        _ leading: Int, of coordinates: inout [UInt32], _ chain: inout [Entry], by owner: ReducedCycle<Entry>
    ) throws(HomologyError) {
        let factor = field.eliminating(coordinates[leading], with: owner.coordinates[leading])
        for (index, other) in owner.coordinates.enumerated() {
            coordinates[index] = field.add(coordinates[index], field.multiply(factor, other))
        }
        append(owner.chain, times: factor, to: &chain, field)
        try cycle.add(owner.terms, times: factor)
    }

    private func homology(ofBlock rank: UInt32) throws(HomologyError) -> LuneHomology<Entry>? {
        if let known = pairing.homology(ofBlock: rank) { return known }
        guard let homology = try examiner.homology(ofBlock: rank, degree: dimension - 2) else { return nil }
        pairing.enter(homology, ofBlock: rank)
        return homology
    }
}
