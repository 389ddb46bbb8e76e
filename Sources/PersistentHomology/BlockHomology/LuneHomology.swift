import Hardware

/// The reduced homology of the flag complex on a lune in one degree: cycles whose classes are a basis, and the
/// coordinates of any other cycle.
///
/// Vertices go as long as the homology stays the same; on the core that is left the matrix of boundaries is
/// reduced, by columns, with the chains that the columns are boundaries of.
struct LuneHomology<Entry: ColumnEntry>: Sendable {
    typealias Key = Entry.Key
    typealias Terms = [Entry]

    let degree: Int
    /// The vertices outside the core, in the order in which they go.
    private let order: [Int]
    /// A basis, by positions.
    private(set) var cycles: [Terms] = []
    /// By the largest simplex of each cycle of the basis, its number.
    private var numbers: [Key: Int] = [:]
    private var bounding: ColumnsByPivot<Entry>
    private let field: PrimeField
    private let memory: CountedBytes

    /// Nil where the core has more than `limit` simplices, or finding it or reducing its matrix takes too long.
    ///
    /// - Parameter lune: begun anew; `all` are its vertices.
    init?<Rows: LuneRows>(
        of lune: LuneDismantling<Rows>, all: VertexSet, degree: Int, codec: PositionCodec<Key>,
        field: PrimeField,
        limit: Int, context: ComputeContext
    ) throws(HomologyError) {
        self.degree = degree
        self.field = field
        order = try lune.reduceToCore(all, degree: degree)
        memory = CountedBytes(memory: context.memory)
        bounding = ColumnsByPivot(field: field, memory: memory)
        if lune.isSpent { return nil }
        var cliques = CoreCliques(lune, codec: codec, limit: limit)
        guard let simplices = try cliques.list(size: degree + 1, in: all),
            let cofaces = try cliques.list(size: degree + 2, in: all)
        else { return nil }
        let listed = CountedBytes(memory: context.memory)
        try listed.reserve((simplices.count + cofaces.count) * MemoryLayout<Key>.stride)
        for coface in cofaces {
            try context.checkStop()
            if bounding.effort > Self.mostTerms { return nil }
            var column = Self.boundary(of: coface, count: degree + 2, codec, field)
            var chain = [Entry(coface, 1)]
            if bounding.reduce(&column, &chain) { try bounding.insert(column, chain) }
        }
        var lower = ColumnsByPivot<Entry>(field: field, memory: listed)
        for simplex in simplices where !bounding.hasPivot(simplex) {
            try context.checkStop()
            if lower.effort > Self.mostTerms { return nil }
            var column = Self.boundary(of: simplex, count: degree + 1, codec, field)
            var chain = [Entry(simplex, 1)]
            if lower.reduce(&column, &chain) {
                try lower.insert(column, chain)
            } else {
                try memory.reserve(chain.count * MemoryLayout<Entry>.stride + 96)
                numbers[simplex] = cycles.count
                cycles.append(chain)
            }
        }
    }

    /// The coordinates of the class of `cycle`, and a chain whose boundary is the cycle less their sum; terms not
    /// added up.
    func coordinates<Rows: LuneRows>(
        of cycle: Terms, in lune: LuneDismantling<Rows>, all: VertexSet, by filling: LuneFilling<Rows, Entry>
    ) throws(HomologyError) -> (coordinates: [UInt32], chain: Terms) {
        var rest = cycle
        var chain: Terms = []
        for position in order {
            _ = try filling.take(position, outOf: &rest, in: all, degree: degree, filling: &chain)
        }
        var coordinates = [UInt32](repeating: 0, count: cycles.count)
        addUp(&rest, field)
        while let last = rest.last {
            try filling.context.checkStop()
            if let column = bounding.column(withPivot: last.key) {
                // rest − f · column; the chain grows by what was taken away.
                let factor = field.multiply(
                    last.coefficient, field.inverse(column.boundary.last?.coefficient ?? 1))
                merge(&rest, column.boundary, times: field.negate(factor), field)
                append(column.chain, times: factor, to: &chain, field)
            } else if let number = numbers[last.key] {
                // The largest simplex of a cycle of the basis has coefficient 1.
                coordinates[number] = field.add(coordinates[number], last.coefficient)
                merge(&rest, cycles[number], times: field.negate(last.coefficient), field)
            } else {
                preconditionFailure("a cycle is a sum of boundaries and the basis")
            }
        }
        return (coordinates, chain)
    }

    /// Terms that may be added while a core is reduced; some milliseconds.
    private static var mostTerms: Int { 1 << 20 }

    private static func boundary(
        of simplex: Key, count: Int, _ codec: PositionCodec<Key>, _ field: PrimeField
    ) -> Terms {
        var terms: Terms = []
        for larger in 0..<count {
            terms.append(
                Entry(codec.removing(after: larger, in: simplex, count: count), field.alternating(1, larger)))
        }
        // Without a larger vertex a facet is smaller.
        terms.sort { $0.key < $1.key }
        return terms
    }
}

/// Reduced columns, each with the chain it is the boundary of, by their largest simplex.
struct ColumnsByPivot<Entry: ColumnEntry>: Sendable {
    typealias Column = (boundary: [Entry], chain: [Entry])

    private var columns: [Column] = []
    private var places: [Entry.Key: Int] = [:]
    /// How many terms reducing has added so far.
    private(set) var effort = 0
    private let field: PrimeField
    private let memory: CountedBytes

    init(field: PrimeField, memory: CountedBytes) {
        self.field = field
        self.memory = memory
    }

    func hasPivot(_ key: Entry.Key) -> Bool { places[key] != nil }

    func column(withPivot key: Entry.Key) -> Column? { places[key].map { columns[$0] } }

    mutating func insert(_ boundary: [Entry], _ chain: [Entry]) throws(HomologyError) {
        guard let last = boundary.last else { return }
        try memory.reserve((boundary.count + chain.count) * MemoryLayout<Entry>.stride + 128)
        places[last.key] = columns.count
        columns.append((boundary, chain))
    }

    /// Reduces `column`, sorted by key, and `chain` with it. Returns false when it becomes zero.
    mutating func reduce(_ column: inout [Entry], _ chain: inout [Entry]) -> Bool {
        var compactCount = max(chain.count, 64)
        while let last = column.last, let place = places[last.key] {
            let owner = columns[place]
            let factor = field.eliminating(last.coefficient, with: owner.boundary.last?.coefficient ?? 1)
            effort += column.count + owner.boundary.count + owner.chain.count
            merge(&column, owner.boundary, times: factor, field)
            append(owner.chain, times: factor, to: &chain, field)
            if chain.count > 2 * compactCount {
                addUp(&chain, field)
                compactCount = max(chain.count, compactCount)
            }
        }
        addUp(&chain, field)
        return !column.isEmpty
    }
}

/// Adds `factor` times `other` to `column`; both are sorted by key.
private func merge<Entry: ColumnEntry>(
    _ column: inout [Entry], _ other: [Entry], times factor: UInt32, _ field: PrimeField
) {
    var sum: [Entry] = []
    sum.reserveCapacity(column.count + other.count)
    var (place, next) = (0, 0)
    while place < column.count || next < other.count {
        if next == other.count || place < column.count && column[place].key < other[next].key {
            sum.append(column[place])
            place += 1
            continue
        }
        var coefficient = Entry.isBinary ? 1 : field.multiply(factor, other[next].coefficient)
        if place < column.count, column[place].key == other[next].key {
            coefficient =
                Entry.isBinary ? 0 : field.add(coefficient, column[place].coefficient)
            place += 1
        }
        if coefficient != 0 { sum.append(Entry(other[next].key, coefficient)) }
        next += 1
    }
    column = sum
}

/// Lists the cliques on a set of vertices of a lune.
private struct CoreCliques<Rows: LuneRows, Key: SimplexKey> {
    private let lune: LuneDismantling<Rows>
    private let codec: PositionCodec<Key>
    private let limit: Int
    private var found: [Key] = []

    init(_ lune: LuneDismantling<Rows>, codec: PositionCodec<Key>, limit: Int) {
        self.lune = lune
        self.codec = codec
        self.limit = limit
    }

    /// The cliques of `size` vertices, ascending; nil where there are more than the limit.
    mutating func list(size: Int, in set: VertexSet) throws(HomologyError) -> [Key]? {
        found = []
        guard try extend(0, depth: 0, size: size, by: set) else { return nil }
        return found.sorted()
    }

    private mutating func extend(
        _ key: Key, depth: Int, size: Int, by set: VertexSet
    ) throws(HomologyError) -> Bool {
        if depth == size {
            found.append(key)
            return found.count <= limit
        }
        let rest = try lune.sets.take()
        defer { lune.sets.giveBack(1) }
        var next = set.first
        while let position = next {
            next = set.next(from: position + 1)
            rest.assign(set, within: lune.row(position))
            // Later ones only.
            for word in 0..<position >> 6 { rest.bits[word] = 0 }
            rest.bits[position >> 6] &= ~0 << UInt64(position & 63)
            let longer = key | Key(position) << Key(codec.bits * depth)
            guard try extend(longer, depth: depth + 1, size: size, by: rest) else { return false }
        }
        return true
    }
}
