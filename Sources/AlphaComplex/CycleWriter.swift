import Delaunay
import Hardware
import Vocabulary

/// Makes representative cycles, their memory counted.
struct CycleWriter {
    let names: VertexNames
    let field: PrimeField
    let account: MemoryAccount
    private var chain: [(vertices: SIMD4<Int32>, coefficient: UInt64)] = []

    init(names: VertexNames, field: PrimeField, account: MemoryAccount) {
        self.names = names
        self.field = field
        self.account = account
    }

    /// The cycle of one point.
    func point(_ vertex: Int32) throws(DelaunayError) -> RepresentativeCocycle {
        try count(bytes: 6)
        return RepresentativeCocycle(vertices: [names[vertex]], coefficients: [1])
    }

    private func count(bytes: Int) throws(DelaunayError) {
        do {
            try account.reserve(bytes)
        } catch {
            throw .memory(error)
        }
    }

    /// Adds an oriented simplex of up to three vertices to the cycle.
    ///
    /// - Parameter isReversed: whether its orientation is the other one.
    mutating func add(_ vertices: [Int32], coefficient: UInt64 = 1, isReversed: Bool = false) {
        var sorted = SIMD4<Int32>(repeating: -1)
        for (index, vertex) in vertices.enumerated() { sorted[index] = names[vertex] }
        var isOdd = isReversed
        // Decreasing, and how many swaps that takes.
        for index in stride(from: 1, to: vertices.count, by: 1) {
            var hole = index
            while hole > 0, sorted[hole - 1] < sorted[hole] {
                (sorted[hole - 1], sorted[hole]) = (sorted[hole], sorted[hole - 1])
                isOdd.toggle()
                hole -= 1
            }
        }
        chain.append((sorted, isOdd ? field.modulus - coefficient : coefficient))
    }

    /// The cycle of the simplices added since the last one, those of the same vertices added up.
    mutating func finish(dimension: Int) throws(DelaunayError) -> RepresentativeCocycle {
        defer { chain.removeAll(keepingCapacity: true) }
        chain.sort { a, b in
            for index in 0...dimension where a.vertices[index] != b.vertices[index] {
                return a.vertices[index] < b.vertices[index]
            }
            return false
        }
        var (vertices, coefficients) = ([Int32](), [UInt16]())
        var index = 0
        while index < chain.count {
            let simplex = chain[index].vertices
            var sum: UInt64 = 0
            while index < chain.count, chain[index].vertices == simplex {
                sum &+= chain[index].coefficient
                index += 1
            }
            sum = field.reduced(sum)
            if sum == 0 { continue }
            for corner in 0...dimension { vertices.append(simplex[corner]) }
            coefficients.append(UInt16(sum))
        }
        try count(bytes: 4 * vertices.count + 2 * coefficients.count)
        return RepresentativeCocycle(vertices: vertices, coefficients: coefficients)
    }
}
