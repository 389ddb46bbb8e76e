import Hardware
import PersistentHomology
import SeededRandom
import TestSupport
import Testing
import Vocabulary

/// Distances without geometry: columns are added to so many others that terms have to cancel before their turn comes.
struct LongColumnsTests {
    @Test(arguments: [2, 3], [1, 2])
    func columnsFindTheBarsOfHomology(modulus: Int, threads: Int) throws {
        let matrix = try randomDistances(count: 96)
        let options = try VietorisRipsOptions(maxDimension: 2, field: CoefficientField(modulus: modulus))
        func barcode(_ way: HigherDimensionsWay) throws -> Barcode {
            let context = ComputeContext(team: ThreadTeam(size: threads))
            return try VietorisRips.barcode(of: matrix, options: options, context: context, way: way).barcode
        }
        let columns = try barcode(.cohomology)
        #expect(columns.pairs.count { $0.dimension == 2 } > 500)
        #expect(columns == (try barcode(.homology)))
    }

    private func randomDistances(count: Int) throws -> DistanceMatrix {
        var random = SplitMix64(seed: 7)
        let lengths = (0..<count * (count - 1) / 2).map { _ in Float(random.unit()) }
        return try DistanceMatrix(count: count, lowerTriangle: .float32(lengths))
    }
}
