import Foundation
import HomologyOracle
import PersistentHomology
import RipsTrials
import SeededRandom
import Testing
import Vocabulary

/// A dense graph ranks only as many edges as a dimension needs, a batch after another; the bars are the
/// same as with all ranked.
struct RankingTests {
    enum Shape: CaseIterable, Sendable {
        /// Its cycle is born early and dies late.
        case circle
        case disc
        /// Full of ties.
        case grid
        case clusters

        /// So many that the edges do not fit into the first batches.
        var points: [[Double]] {
            var random = SplitMix64(seed: 3)
            return (0..<170).map { point($0, &random) }
        }

        private func point(_ place: Int, _ random: inout SplitMix64) -> [Double] {
            let (x, y) = (Double.random(in: 0...1, using: &random), Double.random(in: 0...1, using: &random))
            switch self {
            case .circle: return [cos(Double(place) / 27), sin(Double(place) / 27)]
            case .disc: return [x, y]
            case .grid: return [Double(place % 13), Double(place / 13)]
            case .clusters: return [Double(place % 5) * 10 + x, Double(place % 3) * 10 + y]
            }
        }
    }

    private func pairs(
        _ shape: Shape, _ form: RipsCase.Form, _ precision: Precision, maxDimension: Int
    ) throws -> [PersistencePair] {
        let points = shape.points
        return try RipsCase(
            family: "\(shape)", count: points.count, lengths: euclidean(points), form: form,
            precision: precision, maxDimension: maxDimension
        ).engineResult().barcode.pairs
    }

    @Test(arguments: Shape.allCases, Precision.allCases)
    func howManyEdgesHaveRanksChangesNothing(shape: Shape, precision: Precision) throws {
        let all = try pairs(shape, .dense, precision, maxDimension: 2)
        for maxDimension in 0...1 {
            let expected = all.filter { $0.dimension <= maxDimension }
            for form in RipsCase.Form.allCases {
                #expect(try pairs(shape, form, precision, maxDimension: maxDimension) == expected, "\(form)")
            }
        }
    }
}
