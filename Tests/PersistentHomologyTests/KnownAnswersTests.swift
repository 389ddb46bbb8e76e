import Hardware
import HomologyOracle
import PersistentHomology
import RipsTrials
import TestSupport
import Testing
import Vocabulary

/// Barcodes that can be told without computing them.
struct KnownAnswersTests {
    @Test func onePoint() throws {
        let point = RipsCase(family: "one point", count: 1, lengths: [], maxDimension: 3)
        #expect(try point.engineResult().barcode.pairs == Expected.bars(0, 0, .infinity))
        #expect(try point.inForm(.sparse).engineResult().barcode.bettiNumbers == [1, 0, 0, 0])
    }

    @Test func twoEqualPointsAreOne() throws {
        let twins = RipsCase(family: "two equal points", count: 2, lengths: [0])
        #expect(try twins.engineResult().barcode.pairs == Expected.bars(0, 0, .infinity))
        #expect(try twins.inForm(.sparse).engineResult().barcode.pairs == Expected.bars(0, 0, .infinity))
    }

    @Test func pointsOnALineMeetGapByGap() throws {
        let barcode = try RipsCase(points: [[7], [0], [3], [1]], maxDimension: 2).engineResult().barcode
        #expect(barcode.pairs == [1, 2, 4, .infinity].flatMap { Expected.bars(0, 0, $0) })
    }

    @Test func aCircleHasOneHole() throws {
        let points = circle(24)
        let barcode = try RipsCase(points: points).engineResult().barcode
        let holes = barcode.pairs.filter { $0.dimension == 1 }
        // From neighbour to neighbour until triangles of a third of the circle close it.
        let steps = euclidean([points[0], points[1], points[8]])
        try #require(holes.count == 1)
        #expect(abs(holes[0].birth - steps[0]) < 1e-12 && abs(holes[0].death - steps[1]) < 1e-12)
    }

    @Test func twoCirclesHaveTwoHolesAndMeetLate() throws {
        let points = circle(12) + circle(12, around: (10, 0))
        let barcode = try RipsCase(points: points).engineResult().barcode
        #expect(barcode.pairs.filter { $0.dimension == 1 }.count == 2)
        let late = barcode.pairs.filter { $0.dimension == 0 && $0.death > 1 && !$0.isEssential }
        #expect(late.count == 1 && abs(late[0].death - 8) < 1e-12)
        #expect(barcode.bettiNumbers == [1, 0])
    }

    @Test(arguments: 1...6, RipsCase.Form.allCases)
    func aCrossPolytopeIsASphere(dimension: Int, form: RipsCase.Form) throws {
        let barcode = try RipsCase(crossPolytope: dimension, form: form).engineResult().barcode
        #expect(barcode.pairs == Expected.crossPolytope(dimension))
    }

    /// Adamaszek: steps up to k on a cycle of n are a circle while k/n < 1/3, wedges of even spheres at
    /// l/(2l + 1), and odd spheres between.
    @Test func cyclesAreHigherSpheres() throws {
        let nine = try RipsCase(cycle: 9, maxDimension: 4).engineResult().barcode
        #expect(
            nine.pairs == Expected.bars(0, 0, 1, times: 8) + Expected.bars(0, 0, .infinity)
                + Expected.bars(1, 1, 3) + Expected.bars(2, 3, 4, times: 2))
        let twelve = try RipsCase(cycle: 12, maxDimension: 5).engineResult().barcode
        #expect(
            twelve.pairs.filter { $0.dimension > 0 } == Expected.bars(1, 1, 4)
                + Expected.bars(2, 4, 5, times: 3) + Expected.bars(5, 5, 6))
    }

    @Test(
        arguments: [
            (Triangulation.torus, 2, [1, 2, 1]), (.torus, 3, [1, 2, 1]),
            (.kleinBottle, 2, [1, 2, 1]), (.kleinBottle, 3, [1, 1, 0]),
            (.projectivePlane, 2, [1, 1, 1]), (.projectivePlane, 3, [1, 0, 0]),
            (.projectivePlane, 32_749, [1, 0, 0]),
        ], RipsCase.Form.allCases)
    func surfaces(known: (surface: Triangulation, modulus: Int, betti: [Int]), form: RipsCase.Form) throws {
        let barcode = try RipsCase(known.surface, modulus: known.modulus, form: form).engineResult().barcode
        #expect(barcode.bettiNumbers == known.betti)
        // The same surface, filled in at 2.
        let closed = RipsCase(known.surface, apart: 2, modulus: known.modulus, form: form)
        let bars = try closed.engineResult().barcode.pairs.filter { $0.dimension > 0 }
        #expect(
            bars == Expected.bars(1, 1, 2, times: known.betti[1])
                + Expected.bars(2, 1, 2, times: known.betti[2]))
    }

    /// Its class stays, and most edges come after the last block that could end one.
    @Test(arguments: [HigherDimensionsWay.homology, .cohomology], 1...3)
    func aSphereIsThereAtTheThreshold(way: HigherDimensionsWay, threads: Int) throws {
        let sphere = RipsCase(points: pointsOnSphere(160), threshold: 1.2, maxDimension: 2)
        func barcode(_ way: HigherDimensionsWay?, _ team: any Team) throws -> Barcode {
            try sphere.engineResult(context: ComputeContext(team: team), representatives: false, way: way)
                .barcode
        }
        let found = try barcode(way, ThreadTeam(size: threads))
        #expect(found.bettiNumbers == [1, 0, 1])
        #expect(found == (try barcode(nil, CallingThread())))
    }

    @Test func verticesComeWhenTheyAreBorn() throws {
        // A valley between two hills, 0 – 3 – 1: the component of 1 starts late and ends where they meet.
        let path = RipsCase(
            family: "lower star", count: 3, lengths: [.infinity, 3, 3], births: [0, 1, 3], form: .sparse)
        #expect(
            try path.engineResult().barcode.pairs == Expected.bars(0, 0, .infinity) + Expected.bars(0, 1, 3))
    }

    @Test func aVertexBornAboveTheThresholdStandsAlone() throws {
        let pair = RipsCase(family: "late vertex", count: 2, lengths: [5], births: [0, 5], threshold: 2)
        #expect(
            try pair.engineResult().barcode.pairs
                == Expected.bars(0, 0, .infinity) + Expected.bars(0, 5, .infinity))
    }
}
