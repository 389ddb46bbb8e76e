import CPredicates
import Delaunay
import Hardware
import TestSupport
import Testing
import Vocabulary

/// The triangulation itself: no vertex inside a sphere, and the same cells whoever inserts them.
struct TriangulationTests {
    private static func random(_ count: Int, _ dimension: Int, whole: Int?, seed: UInt64) throws -> PointCloud
    {
        var state = seed
        let coordinates = (0..<count * dimension).map { _ -> Double in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            let unit = Double(state >> 11) * 0x1p-53
            return whole.map { (unit * Double($0)).rounded() } ?? unit
        }
        return try PointCloud(dimension: dimension, coordinates: .float64(coordinates))
    }

    /// The finite cells, each as its sorted vertices.
    private static func cells(_ triangulation: borrowing Triangulation) -> Set<[Int32]> {
        var cells = Set<[Int32]>()
        let dimension = triangulation.mesh.dimension
        for slot in 0..<triangulation.mesh.slotCount {
            let cell = (0...dimension).map { triangulation.mesh.corners.base[4 * slot + $0] }
            if cell[0] < 0 || cell.contains(triangulation.mesh.infinite) { continue }
            cells.insert(cell.sorted())
        }
        return cells
    }

    @Test(arguments: [2, 3], [nil, 3, 9]) func spheresAreEmpty(dimension: Int, whole: Int?) throws {
        for seed in 1...20 {
            let cloud = try Self.random(60, dimension, whole: whole, seed: UInt64(seed))
            let sites = try Sites(cloud, context: ComputeContext())
            let triangulation = try Triangulation.make(of: sites, progress: 0...1, context: ComputeContext())
            try #require(triangulation.mesh.dimension == dimension)
            for slot in 0..<triangulation.mesh.slotCount {
                let corners = triangulation.mesh.corners.base + 4 * slot
                let cell = (0...dimension).map { corners[$0] }
                if cell[0] < 0 || cell.contains(triangulation.mesh.infinite) { continue }
                let p = cell.map { sites[$0] }
                for vertex in 0..<Int32(sites.count) {
                    let q = sites[vertex]
                    if dimension == 2 {
                        #expect(tda_orient2d(p[0], p[1], p[2]) > 0)
                        #expect(tda_incircle(p[0], p[1], p[2], q, .infinity) <= 0)
                    } else {
                        #expect(tda_orient3d(p[0], p[1], p[2], p[3], .infinity) > 0)
                        #expect(tda_insphere(p[0], p[1], p[2], p[3], q, .infinity) <= 0)
                    }
                }
            }
        }
    }

    /// Neighbours name each other, and share their facet.
    @Test(arguments: [2, 3]) func neighboursAgree(dimension: Int) throws {
        let cloud = try Self.random(2000, dimension, whole: 12, seed: 3)
        let sites = try Sites(cloud, context: ComputeContext())
        let triangulation = try Triangulation.make(of: sites, progress: 0...1, context: ComputeContext())
        for slot in 0..<triangulation.mesh.slotCount where triangulation.mesh.corners.base[4 * slot] >= 0 {
            for facet in 0...dimension {
                let other = Int(triangulation.mesh.across.base[4 * slot + facet])
                #expect(Int(triangulation.mesh.across.base[other]) == 4 * slot + facet)
                var mine = Set((0...dimension).map { triangulation.mesh.corners.base[4 * slot + $0] })
                mine.remove(triangulation.mesh.corners.base[4 * slot + facet])
                let theirs = Set((0...dimension).map { triangulation.mesh.corners.base[other & ~3 + $0] })
                #expect(mine.isSubset(of: theirs))
            }
        }
    }

    /// Ties are broken in one way only: threads, and what they insert when, change nothing.
    @Test(arguments: [2, 3], [nil, 20]) func threadsFindTheSameCells(dimension: Int, whole: Int?) throws {
        let cloud = try Self.random(12_000, dimension, whole: whole.map { $0 * (4 - dimension) * 4 }, seed: 8)
        let sites = try Sites(cloud, context: ComputeContext())
        let alone = try Triangulation.make(of: sites, progress: 0...1, context: ComputeContext())
        for threads in [2, 3, 5] {
            let context = ComputeContext(team: ThreadTeam(size: threads))
            let together = try Triangulation.make(of: sites, progress: 0...1, context: context)
            #expect(together.vertexCount == alone.vertexCount)
            #expect(Self.cells(together) == Self.cells(alone))
        }
    }
}
