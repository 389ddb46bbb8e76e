import Hardware
import HomologyOracle
import PersistentHomology
import RipsTrials
import Testing
import Vocabulary

/// High dimensions, long simplex keys, many vertices: right, or refused before work starts.
struct LimitsTests {
    /// The sphere of dimension 10 as a cross-polytope among `total` vertices, whose numbers take 5, 11 and
    /// 17 bits: keys of 58 bits, of 118, and of 178.
    private func sphere(among total: Int, modulus: Int) throws -> Barcode {
        var sphere = RipsCase(crossPolytope: 11, form: .sparse)
        sphere.maxDimension = 10
        sphere.modulus = modulus
        return try VietorisRips.barcode(
            of: sphere.graph(among: total), options: sphere.options(), context: ComputeContext()
        ).barcode
    }

    @Test(arguments: [22, 2000], [2, 3])
    func dimensionTenHasItsSphere(among total: Int, modulus: Int) throws {
        let alone = Expected.bars(0, 0, .infinity, times: total - 22)
        let expected = Barcode(maxDimension: 10, pairs: Expected.crossPolytope(11) + alone)
        #expect(try sphere(among: total, modulus: modulus).pairs == expected.pairs)
    }

    @Test func keysPast128BitsAreRefused() throws {
        let error = #expect(throws: HomologyError.self) { try sphere(among: 70_000, modulus: 2) }
        guard case .unsupported(let what) = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(what.contains("do not fit 128 bits; lower max_dimension or the threshold"))
    }

    @Test func aThresholdMakesRoomInTheKeys() throws {
        // One edge up to the threshold: 17 · 7 + 1 bits, where all edges would take 17 · 7 + 17.
        let count = 100_000
        let graph = try SparseGraph(
            count: count, ends: (1..<Int32(count)).flatMap { [$0 - 1, $0] },
            lengths: .float32((1..<count).map(Float.init)))
        let options = try VietorisRipsOptions(maxDimension: 7, maxEdgeLength: 1)
        let result = try VietorisRips.barcode(of: graph, options: options, context: ComputeContext())
        #expect(result.barcode.bettiNumbers == [count - 1] + Array(repeating: 0, count: 7))
    }

    /// A strip of triangles around a circle of 100,000 vertices: one loop, from the last of its short
    /// edges on, and nothing above, in keys of 64 bits (dimension 2) and of 128 (dimension 4).
    @Test(arguments: [2, 4])
    func aHundredThousandVerticesMakeOneLoop(maxDimension: Int) throws {
        let count: Int32 = 100_000
        var ends: [Int32] = []
        var lengths: [Float] = []
        for v in 0..<count {
            ends += [v, (v + 1) % count, v, (v + 2) % count]
            lengths += [1, 2]
        }
        let graph = try SparseGraph(count: Int(count), ends: ends, lengths: .float32(lengths))
        let options = try VietorisRipsOptions(maxDimension: maxDimension)
        let pairs = try VietorisRips.barcode(of: graph, options: options, context: ComputeContext())
            .barcode.pairs
        #expect(pairs.count { $0.dimension == 0 } == Int(count))
        #expect(
            pairs.filter { $0.dimension > 0 }
                == [PersistencePair(dimension: 1, birth: 1, death: .infinity)])
    }
}
