import HomologyOracle
import RipsTrials
import Testing
import Vocabulary

/// What a representative cocycle is, on inputs small enough to see. `DifferentialTests` checks the rest.
struct RepresentativesTests {
    @Test func aComponentIsRepresentedByItsVertices() throws {
        // 0 – 1 at 1, 2 far from both: the bar of the pair that meets dies at 1.
        let points = RipsCase(points: [[0], [1], [9]], threshold: 2, maxDimension: 0)
        let barcode = try points.engineResult(representatives: true).barcode
        #expect(barcode.pairs.map(\.death) == [1, .infinity, .infinity])
        let vertices = barcode.representatives.map { $0.vertices.sorted() }
        #expect([[0], [1]].contains(vertices[0]))
        #expect(Set(vertices[1...]) == [[0, 1], [2]])
    }

    @Test(arguments: [2, 3, 11])
    func theHoleOfASquareIsCutByAnEdge(modulus: Int) throws {
        var square = RipsCase(cycle: 4, maxDimension: 1)
        square.modulus = modulus
        let barcode = try square.engineResult(representatives: true).barcode
        let hole = try #require(barcode.pairs.lastIndex { $0.dimension == 1 })
        #expect(barcode.pairs[hole] == PersistencePair(dimension: 1, birth: 1, death: 2))
        let fault = try Oracle.faultInRepresentatives(
            barcode, of: square.matrix(), options: square.options(representatives: true))
        #expect(fault == nil)
    }

    @Test func theEdgesOfBirthAndDeathAreNamed() throws {
        // A square of sides 1, 2, 3, 4 in turn, with diagonals of 5 and 6.
        var square = RipsCase(
            family: "square", count: 4, lengths: [1, 5, 2, 4, 6, 3], maxDimension: 1)
        for form in RipsCase.Form.allCases {
            square.form = form
            let barcode = try square.engineResult(representatives: true).barcode
            let hole = try #require(barcode.pairs.lastIndex { $0.dimension == 1 })
            #expect(barcode.pairs[hole] == PersistencePair(dimension: 1, birth: 4, death: 5))
            #expect(
                barcode.generators[hole] == FlagGenerator(birth: .init(3, 0), death: .init(2, 0)))
            let deaths = barcode.pairs.indices.compactMap { barcode.generators[$0].death }.prefix(3)
            #expect(Array(deaths) == [.init(1, 0), .init(2, 1), .init(3, 2)])
        }
    }

    @Test func theJudgeRefusesWhatIsNoCocycle() throws {
        // The five-cycle's hole; a single edge cuts it, two edges at one vertex with equal signs do not.
        let cycle = RipsCase(cycle: 5, maxDimension: 1)
        let right = try cycle.engineResult(representatives: true).barcode
        let hole = try #require(right.pairs.lastIndex { $0.dimension == 1 })
        func verdict(_ vertices: [Int32], _ coefficients: [UInt16]) throws -> String? {
            var representatives = right.representatives
            representatives[hole] = RepresentativeCocycle(vertices: vertices, coefficients: coefficients)
            let barcode = Barcode(
                maxDimension: 1, pairs: right.pairs, representatives: representatives,
                generators: right.generators)
            return try Oracle.faultInRepresentatives(
                barcode, of: cycle.matrix(), options: cycle.options(representatives: true))
        }
        #expect(try verdict([1, 0], [1]) == nil)
        #expect(try verdict([1, 0, 2, 1], [1, 1]) != nil, "1 is cut off: this bounds")
        #expect(try verdict([0, 1], [1]) != nil, "the vertices must decrease")
        #expect(try verdict([1, 0, 1, 0], [1, 1]) != nil, "an edge stands there twice")
        #expect(try verdict([1, 0], [2]) != nil, "no coefficient modulo 2")
        #expect(try verdict([2, 0], [1]) != nil, "not there when the hole is born")
    }
}
