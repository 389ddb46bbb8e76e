import Hardware

/// Looks for simplices that may end a bar, block by block; scratch of one worker.
///
/// Sendable for that reason.
final class DeathSearch<Graph: RankedGraph, Entry: ColumnEntry>: @unchecked Sendable {
    typealias Key = Entry.Key

    struct Death {
        let simplex: Key
        let coordinates: [UInt32]
    }

    private let setting: ReductionSetting<Graph, Entry>
    private let unsettled: UnsettledColumns<Key>
    private let lune: LuneGraph
    private let enumeration: BlockEnumeration<Graph.Scanner, Key>
    private let blockReducer: BlockReducer<Graph, Entry>?
    private let pusher: CyclePusher<Graph, Entry>
    private var keys: GrowingList<Key>
    private var unpaired: GrowingList<Key>
    private var found: [Death] = []

    init(
        _ setting: ReductionSetting<Graph, Entry>, above: ReductionSetting<Graph, Entry>?,
        unsettled: UnsettledColumns<Key>, alive: AliveClasses<Entry>, numbers: [Key: Int],
        partners: KnownPartners<Entry>,
        scanner: Graph.Scanner, lune: LuneGraph
    ) {
        self.setting = setting
        self.unsettled = unsettled
        self.lune = lune
        enumeration = BlockEnumeration(
            lune: lune, scanner: scanner, dimension: setting.dimension + 1, codec: setting.codec)
        pusher = CyclePusher(
            setting, alive: alive, numbers: numbers, partners: partners, scanner: scanner, lune: lune)
        blockReducer = above.map { BlockReducer($0, scanner: scanner, lune: lune) }
        keys = GrowingList(memory: setting.context.memory)
        unpaired = GrowingList(memory: setting.context.memory)
    }

    /// Pushes down the boundaries of the simplices in the block of `rank` that may end a bar whose end is
    /// not known. Returns how many steps that took; `limit` when it gave up.
    func examine(_ rank: UInt32, limit: Int) throws(HomologyError) -> Int {
        // What is barren in this degree is barren in the next.
        guard setting.blocks.isOpen(rank), !setting.barren.contains(rank) else { return 1 }
        keys.removeAll()
        unpaired.removeAll()
        _ = try enumeration.list(rank, pivot: setting.blocks.pivot(of: rank), into: &keys)
        let before = pusher.effort
        let effort = 64 + lune.count + 64 * keys.count
        if effort >= limit { return limit }
        if let blockReducer {
            try blockReducer.listUnpaired(UnsafeBufferPointer(keys.elements), rank: rank, into: &unpaired)
            swap(&keys, &unpaired)
        }
        for index in 0..<keys.count {
            let key = keys[index]
            if let owner = setting.table.column(withPivot: key), !unsettled.contains(owner.pointee) {
                continue
            }
            let rest = limit - effort - (pusher.effort - before)
            if rest <= 0 { return limit }
            if try !pusher.push(boundaryOf: key, rank: rank, limit: rest) { return limit }
            if pusher.coordinates.contains(where: { $0 != 0 }) {
                found.append(Death(simplex: key, coordinates: pusher.coordinates))
            }
        }
        return effort + pusher.effort - before
    }

    func takeFound() -> [Death] {
        defer { found = [] }
        return found
    }
}
