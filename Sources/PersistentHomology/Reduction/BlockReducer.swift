import Hardware

/// Reduces the columns of one barren block by themselves (docs/engine.md, lemma 9): each finds its
/// pivot in the block, or is paired from below. Scratch of one worker.
final class BlockReducer<Graph: RankedGraph, Entry: ColumnEntry> {
    private let setting: ReductionSetting<Graph, Entry>
    private let scanner: Graph.Scanner
    private let lune: LuneGraph
    private let arena: ColumnArena<Entry>
    private var working: WorkingColumn<Graph, Entry>
    private var enumeration: ColumnEnumeration<Graph.Scanner, Entry.Key>
    private var keys: GrowingList<Entry.Key>

    init(_ setting: ReductionSetting<Graph, Entry>, scanner: Graph.Scanner, lune: LuneGraph) {
        self.setting = setting
        self.scanner = scanner
        self.lune = lune
        arena = setting.blockTable.makeArena()
        working = WorkingColumn(setting, scanner: scanner)
        enumeration = ColumnEnumeration(
            lune: lune, scanner: scanner, dimension: setting.dimension, codec: setting.codec)
        keys = GrowingList(memory: setting.context.memory)
    }

    /// The columns of the barren block of `rank`, reduced now if nobody has asked for them before.
    func columns(of rank: UInt32) throws(HomologyError) -> BlockColumns<Entry> {
        if let known = setting.blockTable.record(of: rank) { return known.pointee }
        try scanner.lune(of: rank, into: lune)
        keys.removeAll()
        try enumeration.list(pivot: setting.blocks.pivot(of: rank), into: &keys)
        let record = try arena.makeBlock(rank: rank, capacity: keys.count)
        for index in 0..<keys.count { try reduce(keys[index], into: record.pointee) }
        return setting.blockTable.enter(record).pointee
    }

    private func reduce(_ key: Entry.Key, into block: BlockColumns<Entry>) throws(HomologyError) {
        try working.start(key)
        while let pivot = try working.popPivot() {
            try working.poll()
            if let owner = block.column(withPivot: pivot.key) {
                try working.putBack(pivot)
                try working.add(owner, pivot: pivot, rank: block.rank)
            } else if setting.codec.containsPivot(pivot.key) || working.isApparent(pivot, rank: block.rank) {
                try working.putBack(pivot)
                try working.addFacet(of: pivot, rank: block.rank, from: block.rank)
            } else {
                try working.compact()
                let terms = UnsafeBufferPointer(working.terms.elements)
                return block.insert(try arena.store(column: working.column, pivot: pivot, terms: terms))
            }
        }
    }
}
