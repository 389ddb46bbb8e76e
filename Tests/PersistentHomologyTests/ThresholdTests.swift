import Hardware
import HomologyOracle
import PersistentHomology
import RipsTrials
import Testing
import Vocabulary

/// Which edges a threshold lets in, and which inputs are refused.
struct ThresholdTests {
    /// The bars of 0, 1 and 3 on a line.
    private func deaths(_ threshold: Double?, _ form: RipsCase.Form) throws -> [Double] {
        try RipsCase(points: [[0], [1], [3]], threshold: threshold, maxDimension: 0).inForm(form)
            .engineResult().barcode.pairs.map(\.death)
    }

    @Test(arguments: RipsCase.Form.allCases)
    func anEdgeAtTheThresholdIsIn(form: RipsCase.Form) throws {
        #expect(try deaths(nil, form) == [1, 2, .infinity])
        #expect(try deaths(.infinity, form) == [1, 2, .infinity])
        #expect(try deaths(2, form) == [1, 2, .infinity])
        #expect(try deaths(2.0.nextDown, form) == [1, .infinity, .infinity])
        #expect(try deaths(0.5, form) == [.infinity, .infinity, .infinity])
        #expect(try deaths(0, form) == [.infinity, .infinity, .infinity])
    }

    /// 0.1 as a Float is greater than 0.1 as a Double; who asks for edges up to 0.1 means it.
    @Test(arguments: RipsCase.Form.allCases, Precision.allCases)
    func aThresholdIsMeantInThePrecisionOfTheLengths(form: RipsCase.Form, precision: Precision) throws {
        let pair = RipsCase(
            family: "a tenth", count: 2, lengths: [0.1], form: form, precision: precision, threshold: 0.1)
        #expect(try pair.engineResult().barcode.bettiNumbers[0] == 1)
    }

    @Test(arguments: [0, 1, 2.5])
    func nothingIsEverJoinedAtInfinity(birth: Double) throws {
        let apart = RipsCase(
            family: "apart", count: 3, lengths: [.infinity, .infinity, 4], births: [birth, 0, 0],
            threshold: .infinity, maxDimension: 1)
        for form in RipsCase.Form.allCases {
            #expect(try apart.inForm(form).engineResult().barcode.bettiNumbers == [2, 0])
        }
    }

    @Test func anEdgeGivenTwiceIsRefused() throws {
        let graph = try SparseGraph(count: 3, ends: [0, 1, 2, 1, 1, 0], lengths: .float32([1, 2, 1]))
        #expect(throws: HomologyError.self) {
            try VietorisRips.barcode(of: graph, options: VietorisRipsOptions(), context: ComputeContext())
        }
    }

    @Test func dimensionsAboveWhatThePointsCanHoldAreEmpty() throws {
        let square = RipsCase(cycle: 4, maxDimension: VietorisRipsOptions.highestDimension)
        let barcode = try square.engineResult().barcode
        #expect(barcode.pairs.map(\.dimension).max() == 1)
        #expect(
            barcode.bettiNumbers == [1] + Array(repeating: 0, count: VietorisRipsOptions.highestDimension))
    }
}
