import Hardware
import Synchronization
import Vocabulary

/// The edges of a sparse graph as they were given, to be put in order.
struct GivenEdges: Sendable {
    let graph: SparseGraph
    let context: ComputeContext

    init(_ graph: SparseGraph, context: ComputeContext) {
        self.graph = graph
        self.context = context
    }

    /// The ends of the edge with the given number, the larger first.
    @inline(__always)
    func ends(_ edge: UInt32) -> (larger: UInt32, smaller: UInt32) {
        let a = UInt32(bitPattern: graph.ends[2 &* Int(edge)])
        let b = UInt32(bitPattern: graph.ends[2 &* Int(edge) &+ 1])
        return a > b ? (a, b) : (b, a)
    }

    /// The numbers of the edges that are not longer than `threshold`, ascending.
    func upTo(_ threshold: Double) throws(HomologyError) -> Storage<UInt32> {
        let limit = min(threshold, .greatestFiniteMagnitude)
        return switch graph.lengths {
        case .float32(let lengths):
            try context.members(of: 0..<lengths.count) { Double(lengths[$0]) <= limit }
        case .float64(let lengths): try context.members(of: 0..<lengths.count) { lengths[$0] <= limit }
        }
    }

    /// `edges` by (larger end, smaller end).
    func inOrder(_ edges: Storage<UInt32>) throws(HomologyError) -> Storage<UInt32> {
        if try areInOrder(edges) { return edges }
        let bits = 32..<64 - UInt32(graph.count).leadingZeroBitCount
        let bySmaller = try EdgeSort.sort(
            try keyed(edges) { ends($0).smaller }, by: bits, context: context)
        try context.forEachChunk(of: bySmaller.count, size: 1 << 14) { _, range in
            for place in range {
                let edge = UInt32(truncatingIfNeeded: bySmaller.base[place])
                bySmaller.base[place] = UInt64(ends(edge).larger) << 32 | UInt64(edge)
            }
        }
        return try numbers(EdgeSort.sort(bySmaller, by: bits, context: context))
    }

    private func areInOrder(_ edges: Storage<UInt32>) throws(HomologyError) -> Bool {
        let isBroken = Atomic<Bool>(false)
        try context.forEachChunk(of: edges.count, size: 1 << 14) { _, range in
            if isBroken.load(ordering: .relaxed) { return }
            for place in max(range.lowerBound, 1)..<max(range.upperBound, 1)
            where ends(edges.base[place - 1]) > ends(edges.base[place]) {
                isBroken.store(true, ordering: .relaxed)
                return
            }
        }
        return !isBroken.load(ordering: .relaxed)
    }

    /// - Parameter edges: in lexicographic order.
    func refuseRepeats(_ edges: Storage<UInt32>) throws(HomologyError) {
        try context.forEachChunk(of: edges.count, size: 1 << 14) { _, range throws(HomologyError) in
            for place in max(range.lowerBound, 1)..<max(range.upperBound, 1)
            where ends(edges.base[place - 1]) == ends(edges.base[place]) {
                let (a, b) = ends(edges.base[place])
                throw .invalidInput(.repeatedEdge(a: Int(a), b: Int(b)))
            }
        }
    }

    /// The numbers of the edges by (length, place in `lexicographic`).
    ///
    /// - Parameter room: for four numbers an edge, to sort them in.
    func byLength(
        _ lexicographic: Storage<UInt32>, in room: Storage<UInt32>
    ) throws(HomologyError) -> Storage<UInt32> {
        let count = lexicographic.count
        LargeBlocks.touch(room.base, count: room.count, context.team)
        let keyed = Storage<UInt64>(in: room, from: 0, count: count)
        let spare = Storage<UInt64>(in: room, from: 2 * count, count: count)
        switch graph.lengths {
        case .float32(let lengths):
            try key(lexicographic, by: { lengths[Int($0)].sortKey }, into: keyed)
            return try numbers(EdgeSort.sort(keyed, spare: spare, context: context))
        case .float64(let lengths):
            // The payload of a run has to be its place in the order that settles ties.
            try context.forEachChunk(of: keyed.count, size: 1 << 14) { _, range in
                for place in range {
                    let key = lengths[Int(lexicographic.base[place])].sortKey
                    keyed.base[place] = UInt64(key) << 32 | UInt64(place)
                }
            }
            let sorted = try EdgeSort.sort(keyed, spare: spare, context: context)
            try EdgeSort.refineRuns(sorted, context: context) { lengths[Int(lexicographic.base[Int($0)])] }
            return try numbers(sorted) { lexicographic.base[Int($0)] }
        }
    }

    /// The rank of every edge, by its given number.
    func ranks(_ byRank: Storage<UInt32>) throws(HomologyError) -> Storage<UInt32> {
        let ranks = try Storage<UInt32>(count: graph.edgeCount, memory: context.memory)
        try context.forEachChunk(of: byRank.count, size: 1 << 14) { _, range in
            for rank in range { ranks.base[Int(byRank.base[rank])] = UInt32(truncatingIfNeeded: rank) }
        }
        return ranks
    }

    /// `edges` as the lower halves of elements to be sorted.
    private func keyed(
        _ edges: Storage<UInt32>, by key: @Sendable (UInt32) -> UInt32
    ) throws(HomologyError) -> Storage<UInt64> {
        let keyed = try Storage<UInt64>(count: edges.count, memory: context.memory)
        try self.key(edges, by: key, into: keyed)
        return keyed
    }

    private func key(
        _ edges: Storage<UInt32>, by key: @Sendable (UInt32) -> UInt32, into keyed: Storage<UInt64>
    ) throws(HomologyError) {
        try context.forEachChunk(of: edges.count, size: 1 << 14) { _, range in
            for place in range {
                let edge = edges.base[place]
                keyed.base[place] = UInt64(key(edge)) << 32 | UInt64(edge)
            }
        }
    }

    /// What the lower halves name.
    private func numbers(
        _ sorted: Storage<UInt64>, name: @Sendable (UInt32) -> UInt32 = { $0 }
    ) throws(HomologyError) -> Storage<UInt32> {
        let numbers = try Storage<UInt32>(count: sorted.count, memory: context.memory)
        try context.forEachChunk(of: sorted.count, size: 1 << 14) { _, range in
            for place in range { numbers.base[place] = name(UInt32(truncatingIfNeeded: sorted.base[place])) }
        }
        return numbers
    }
}
