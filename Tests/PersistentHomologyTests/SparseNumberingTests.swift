import Hardware
import HomologyOracle
import PersistentHomology
import RipsTrials
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Vertices of a sparse graph get other numbers inside the engine, under which neighbours are near each other.
struct SparseNumberingTests {
    enum Shape: CaseIterable, Sendable {
        case path
        case grid
        case star
        /// A star whose leaves are on a circle.
        case wheel
        case clique
        /// Two thousand circles of five.
        case smallComponents
        /// A path among vertices without edges.
        case mostlyIsolated
        case noEdges
        case random

        var graph: (count: Int, edges: [(Int, Int)]) {
            switch self {
            case .path: (100_000, (1..<100_000).map { ($0 - 1, $0) })
            case .grid: (90_000, (0..<90_000).flatMap { gridEdges(from: $0, side: 300) })
            case .star: (50_000, (1..<50_000).map { (0, $0) })
            case .wheel: (5_000, (1..<5_000).flatMap { [(0, $0), ($0, $0 % 4_999 + 1)] })
            case .clique: (400, (1..<400).flatMap { a in (0..<a).map { (a, $0) } })
            case .smallComponents: (10_000, (0..<10_000).map { ($0, $0 / 5 * 5 + ($0 + 1) % 5) })
            case .mostlyIsolated: (50_000, (1..<1_000).map { ($0 - 1, $0) })
            case .noEdges: (1_000, [])
            case .random: (20_000, randomEdges(20_000))
            }
        }

        /// Whether a vertex has few others near it, so that there is an order in which they are near.
        var isNarrow: Bool { [.path, .grid, .smallComponents, .mostlyIsolated].contains(self) }

        private func gridEdges(from v: Int, side: Int) -> [(Int, Int)] {
            (v % side + 1 < side ? [(v, v + 1)] : []) + (v / side + 1 < side ? [(v, v + side)] : [])
        }

        private func randomEdges(_ count: Int) -> [(Int, Int)] {
            var random = SplitMix64(seed: 7)
            return (1..<count).flatMap { a in
                Set((0..<3).map { _ in random.integer(0...a - 1) }).sorted().map { (a, $0) }
            }
        }
    }

    /// The graph with its vertices and edges shuffled, and random lengths.
    private func shuffled(_ shape: Shape) throws -> SparseGraph {
        var random = SplitMix64(seed: 1)
        let (count, edges) = shape.graph
        let places = (0..<Int32(count)).shuffled(using: &random)
        let order = edges.shuffled(using: &random)
        return try SparseGraph(
            count: count, ends: order.flatMap { [places[$0.0], places[$0.1]] },
            lengths: .float32(order.map { _ in Float(random.unit()) }))
    }

    @Test(arguments: Shape.allCases)
    func everyVertexHasANumberThatDependsOnTheGraphAlone(shape: Shape) throws {
        let graph = try shuffled(shape)
        let numbers = try VietorisRips.numbers(ofVerticesOf: graph, context: ComputeContext())
        #expect(numbers.sorted() == Array(0..<UInt32(graph.count)))
        for size in [2, 5, 8] {
            let context = ComputeContext(team: ThreadTeam(size: size))
            #expect(
                try VietorisRips.numbers(ofVerticesOf: graph, context: context) == numbers, "\(size) threads")
        }
    }

    @Test(arguments: Shape.allCases.filter(\.isNarrow))
    func mostNeighboursAreNear(shape: Shape) throws {
        let graph = try shuffled(shape)
        let numbers = try VietorisRips.numbers(ofVerticesOf: graph, context: ComputeContext())
        let near = (0..<graph.edgeCount).count { edge in
            let (a, b) = (numbers[Int(graph.ends[2 * edge])], numbers[Int(graph.ends[2 * edge + 1])])
            return max(a, b) - min(a, b) < 64
        }
        #expect(Double(near) > 0.75 * Double(graph.edgeCount))
    }

    @Test func theNumbersLeaveNoMemoryBehind() throws {
        let memory = MemoryAccount()
        _ = try VietorisRips.numbers(
            ofVerticesOf: try shuffled(.grid), context: ComputeContext(memory: memory))
        #expect(memory.current == 0)
    }

    /// 300 points in the square, each joined to those within a distance: enough vertices for other numbers.
    @Test(arguments: 1...6)
    func barcodesAreThoseOfTheOracle(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let points = (0..<300).map { _ in [random.unit(), random.unit()] }
        var trial = RipsCase(
            family: "square", seed: seed, count: points.count, lengths: euclidean(points), form: .sparse,
            maxDimension: 2, modulus: seed % 2 == 0 ? 2 : 3)
        trial.lengths = trial.lengths.map { $0 < 0.11 ? $0 : .infinity }
        let expected = try trial.oracleBarcode()
        for size in [1, 2, 5] {
            let context = ComputeContext(team: ThreadTeam(size: size))
            #expect(try trial.engineResult(context: context).barcode.pairs == expected.pairs)
        }
    }
}
