import HomologyOracle
import Testing
import Vocabulary

/// The judge is judged first: on spaces whose homology is in the textbooks.
struct OracleTests {
    @Test(arguments: [
        (Triangulation.torus, 2, [1, 2, 1]), (.torus, 3, [1, 2, 1]),
        (.kleinBottle, 2, [1, 2, 1]), (.kleinBottle, 3, [1, 1, 0]),
        (.projectivePlane, 2, [1, 1, 1]), (.projectivePlane, 3, [1, 0, 0]),
        (.projectivePlane, 11, [1, 0, 0]),
    ])
    func surfaces(surface: Triangulation, modulus: Int, betti: [Int]) throws {
        #expect(try RipsCase(surface, threshold: 1, modulus: modulus).oracleBarcode().bettiNumbers == betti)
    }

    @Test(arguments: 1...5)
    func aCrossPolytopeIsASphere(dimension: Int) throws {
        let barcode = try RipsCase(crossPolytope: dimension).oracleBarcode()
        #expect(barcode.pairs == Expected.crossPolytope(dimension))
    }

    @Test func aCaseSurvivesItsText() {
        for seed in 1...200 as ClosedRange<UInt64> {
            let made = RipsCase.random(seed: seed)
            #expect(RipsCase(text: made.text) == made)
        }
    }

    @Test func shrinkingKeepsWhatMatters() {
        let made = RipsCase(.cloud, count: 12, seed: 7, maxDimension: 2, threshold: 0.5)
        let small = made.shrunk { $0.count >= 3 }
        #expect(small.count == 3 && small.maxDimension == 0 && small.threshold == nil)
    }

    @Test func everyFamilyMakesLegalInputs() throws {
        for family in InputFamily.allCases {
            for seed in 1...50 as ClosedRange<UInt64> {
                let made = RipsCase.random(family, seed: seed)
                #expect(try made.matrix().count == made.count)
                #expect(try made.graph().count == made.count)
                _ = try made.options()
            }
        }
    }
}
