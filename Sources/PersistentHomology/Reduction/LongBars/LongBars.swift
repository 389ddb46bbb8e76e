import Hardware
import Synchronization

/// Finds the ends of long bars from above, by homology.
///
/// The cochain of a long bar grows as the rank goes up, a cycle shrinks. So the columns that take too long
/// stop at some rank, the horizon, where their cochains are small; from there on, the simplices that
/// may end a bar are taken one after another, their boundaries pushed down below the horizon, and the
/// cochains evaluated on what arrives (docs/engine.md, section 5).
struct LongBars<Graph: RankedGraph, Entry: ColumnEntry> {
    typealias Key = Entry.Key
    typealias Column = PivotTable<Entry>.Column

    private let setting: ReductionSetting<Graph, Entry>
    private let scratch: WorkerScratch<Graph.Scanner>
    private let postponed: [Column]
    /// The finished columns whose pairs have to be found anew.
    let unsettled: UnsettledColumns<Key>

    /// - Parameter postponed: not empty; no other column is unfinished.
    init(
        _ setting: ReductionSetting<Graph, Entry>, scratch: WorkerScratch<Graph.Scanner>,
        postponed: [PostponedColumn<Entry>]
    ) {
        self.setting = setting
        self.scratch = scratch
        self.postponed = postponed.map(\.column)
        unsettled = UnsettledColumns(postponed, codec: setting.codec, dimension: setting.dimension)
    }

    /// The pairs of the postponed and the unsettled columns; a birth without a death is essential. Nil when
    /// it takes more than `limit` steps, and cohomology should go on instead.
    func pairs(limit: Int) throws(HomologyError) -> [(birth: Key, death: Key?)]? {
        let (codec, dimension, memory) = (setting.codec, setting.dimension, setting.context.memory)
        let horizon = unsettled.horizon
        var columns = postponed
        var settled: [Column] = []
        setting.table.forEachColumn { column in
            if unsettled.contains(column.pointee) {
                columns.append(column)
            } else if codec.rank(column.pointee.column, dimension: dimension) >= horizon {
                settled.append(column)
            }
        }
        let size = columns.reduce(0) { $0 + $1.pointee.termCount + 1 }
        guard columns.count <= 256, size <= 1 << 20 else { return nil }
        let alive = try AliveClasses<Entry>(columns, horizon: horizon, memory: memory) {
            codec.rank($0, dimension: dimension)
        }
        var numbers: [Key: Int] = [:]
        for (number, birth) in alive.births.enumerated()
        where codec.rank(birth, dimension: dimension) >= horizon { numbers[birth] = number }
        let partners = try KnownPartners<Entry>(settled, memory: memory)
        let above = try setting.oneDimensionUp()
        let search = (0..<setting.context.team.size).map { worker in
            DeathSearch(
                setting, above: above, unsettled: unsettled, alive: alive, numbers: numbers,
                partners: partners,
                scanner: scratch.scanners[worker], lune: scratch.lunes[worker])
        }
        return try pair(alive.births, search, limit: limit)
    }

    /// Goes through the ranks from the horizon up, a window at a time, until every birth has met its death.
    private func pair(
        _ births: [Key], _ search: [DeathSearch<Graph, Entry>], limit: Int
    ) throws(HomologyError) -> [(birth: Key, death: Key?)]? {
        let context = setting.context
        var matrix = CoordinateReduction<Key>(field: setting.field, count: births.count)
        var low = Int(unsettled.horizon)
        let effort = Atomic<Int>(0)
        while low < setting.graph.edgeCount, !matrix.isComplete {
            let window = min(1024, setting.graph.edgeCount - low)
            try context.forEachChunk(of: window, size: 16) { [low] worker, range throws(HomologyError) in
                for index in range {
                    let spent = effort.load(ordering: .relaxed)
                    if spent >= limit { return }
                    let more = try search[worker].examine(UInt32(low + index), limit: limit - spent)
                    effort.add(more, ordering: .relaxed)
                }
            }
            if effort.load(ordering: .relaxed) >= limit { return nil }
            var found = search.flatMap { $0.takeFound() }
            found.sort { $0.simplex < $1.simplex }
            for death in found { matrix.reduce(death.coordinates, simplex: death.simplex) }
            low += window
        }
        return births.indices.map { (births[$0], matrix.death(of: $0)) }
    }
}
