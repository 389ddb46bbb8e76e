import Hardware

/// Pushes cycles down to critical edges and reduces them there: one worker's part of dimension 1.
///
/// An edge uv that is neither critical nor in the forest has a vertex w in its lune, and uv is
/// homologous to u–w–v through the triangle uvw, whose other edges are shorter. Replacing the longest
/// edge so again and again ends in critical and forest edges. A cycle is known by its edges outside
/// the forest, so forest edges are dropped.
struct CycleReducer<Graph: RankedGraph, Edges: EdgeChain & ~Copyable>: ~Copyable {
    typealias Entry = Edges.Entry

    private let graph: Graph
    private let critical: CriticalEdges<Graph>
    private let field: PrimeField
    private let table: PivotTable<Entry>
    private let scanner: Graph.Scanner
    private let blocks: Blocks?
    private let context: ComputeContext
    private let arena: ColumnArena<Entry>
    private var edges: Edges
    private var births: Edges
    private var terms: GrowingList<Entry>
    private var ticks = 0

    init(
        graph: Graph, critical: CriticalEdges<Graph>, field: PrimeField, table: PivotTable<Entry>,
        scanner: Graph.Scanner, blocks: Blocks?, context: ComputeContext
    ) {
        self.graph = graph
        self.critical = critical
        self.field = field
        self.table = table
        self.scanner = scanner
        self.blocks = blocks
        self.context = context
        arena = table.makeArena()
        edges = Edges(field: field, memory: context.memory)
        births = Edges(field: field, memory: context.memory)
        terms = GrowingList(memory: context.memory)
    }

    /// Reduces the cycle that `death` fills, which goes back through `first`, a vertex of another
    /// component of the same lune. Returns whether a birth has met its end for the first time.
    mutating func reduce(_ death: DeathTriangle, around first: UInt32) throws(HomologyError) -> Bool {
        let (a, b) = graph.ends(of: death.rank)
        try edges.restart(from: EdgeKey.key(death.rank))
        try births.restart(from: EdgeKey.key(death.rank))
        try addEdge(from: a, to: first, 1)
        try addEdge(from: first, to: b, 1)
        try addEdge(from: b, to: death.vertex, 1)
        try addEdge(from: death.vertex, to: a, 1)
        try pushDown()
        return try reduceBirths(column: death.key)
    }

    /// Adds `coefficient` times the edge from u to v. Edges are oriented from the larger vertex.
    @inline(__always)
    private mutating func addEdge(from u: UInt32, to v: UInt32, _ coefficient: UInt32) throws(HomologyError) {
        let rank = scanner.rank(u, v)
        if critical.isInForest(rank) { return }
        try edges.add(EdgeKey.key(rank), Entry.isBinary || u > v ? coefficient : field.negate(coefficient))
    }

    private mutating func pushDown() throws(HomologyError) {
        while let longest = try edges.popPivot() {
            try poll()
            let rank = EdgeKey.rank(longest.key)
            guard !critical.contains(rank),
                let w = blocks?.pivot(of: rank) ?? scanner.nearestLuneVertex(of: rank)
            else {
                try births.add(longest.key, longest.coefficient)
                continue
            }
            let (u, v) = graph.ends(of: rank)
            try addEdge(from: u, to: w, longest.coefficient)
            try addEdge(from: w, to: v, longest.coefficient)
        }
    }

    private mutating func reduceBirths(column start: UInt64) throws(HomologyError) -> Bool {
        var column = start
        while let pivot = try births.popPivot() {
            try poll()
            let owner = table.column(withPivot: pivot.key)
            if let owner, owner.pointee.column < column {
                try births.add(pivot.key, pivot.coefficient)
                try add(owner, eliminating: pivot)
                continue
            }
            terms.removeAll()
            while let term = try births.popPivot() { try terms.append(term) }
            let stored = try arena.store(
                column: column, pivot: pivot, terms: UnsafeBufferPointer(terms.elements))
            try births.restart(from: pivot.key)
            if table.claim(stored, replacing: owner) {
                guard let owner else { return true }
                // The owner dies later: it has lost this birth and looks for another.
                column = owner.pointee.column
                try add(owner, scaledBy: 1)
            } else {
                try births.add(pivot.key, pivot.coefficient)
                for index in 0..<terms.count { try births.add(terms[index].key, terms[index].coefficient) }
            }
        }
        return false
    }

    private mutating func add(
        _ owner: PivotTable<Entry>.Column, eliminating pivot: Entry
    ) throws(HomologyError) {
        try add(
            owner,
            scaledBy: Entry.isBinary
                ? 1 : field.eliminating(pivot.coefficient, with: owner.pointee.pivot.coefficient))
    }

    private mutating func add(_ owner: PivotTable<Entry>.Column, scaledBy factor: UInt32)
        throws(HomologyError)
    {
        let pivot = owner.pointee.pivot
        try births.add(pivot.key, Entry.isBinary ? 1 : field.multiply(pivot.coefficient, factor))
        for index in 0..<owner.pointee.termCount {
            let term = owner.pointee.terms[index]
            try births.add(term.key, Entry.isBinary ? 1 : field.multiply(term.coefficient, factor))
        }
    }

    @inline(__always)
    private mutating func poll() throws(HomologyError) {
        ticks &+= 1
        if ticks & 255 == 0 { try context.checkStop() }
    }
}
