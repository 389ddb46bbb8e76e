import Hardware

/// New numbers for the vertices of a sparse graph, under which neighbours are near each other, so that
/// their lists are near in memory. The order changes speed and nothing else.
///
/// Sendable: written while it is built, only read afterwards.
struct VertexNumbering: @unchecked Sendable {
    private let numbers: Storage<UInt32>
    private let labels: Storage<UInt32>

    /// Breadth-first from vertex to vertex, in small patches: a patch is grown around a vertex at the rim of
    /// those before, which keeps it as round as the graph allows where whole levels would be long.
    init(breadthFirst lists: AdjacencyLists, context: ComputeContext) throws(HomologyError) {
        let count = lists.vertexCount
        numbers = try Storage(repeating: none, count: count, memory: context.memory)
        labels = try Storage(count: count, memory: context.memory)
        let patchSize = 256
        var numbered = 0
        var rim = 0
        var nextUntouched = 0
        while numbered < count {
            try context.checkStop()
            let patchStart = numbered
            // Start at a vertex not numbered yet, next to the earliest that still has such neighbours.
            var seed = none
            while seed == none, rim < numbered {
                seed = firstUnnumberedNeighbour(of: labels[rim], lists)
                if seed == none { rim += 1 }
            }
            while seed == none {
                if numbers[nextUntouched] == none { seed = UInt32(nextUntouched) }
                nextUntouched += 1
            }
            number(seed, &numbered)
            var next = patchStart
            while next < numbered, numbered - patchStart < patchSize {
                for place in lists.range(of: labels[next]) where numbers[Int(lists.neighbours[place])] == none
                {
                    number(lists.neighbours[place], &numbered)
                }
                next += 1
            }
        }
    }

    private func number(_ v: UInt32, _ numbered: inout Int) {
        numbers[Int(v)] = UInt32(numbered)
        labels[numbered] = v
        numbered += 1
    }

    private func firstUnnumberedNeighbour(of v: UInt32, _ lists: AdjacencyLists) -> UInt32 {
        for place in lists.range(of: v) where numbers[Int(lists.neighbours[place])] == none {
            return lists.neighbours[place]
        }
        return none
    }

    @inline(__always)
    func number(of label: UInt32) -> UInt32 { numbers.base[Int(label)] }
    @inline(__always)
    func label(of number: UInt32) -> UInt32 { labels.base[Int(number)] }
}
