import CPredicates
package import Hardware

/// The Delaunay triangulation of points, in as many dimensions as they fill.
package struct Triangulation: ~Copyable {
    package var mesh: Mesh
    /// How many points differ from each other.
    package let vertexCount: Int

    init(mesh: consuming Mesh, vertexCount: Int) {
        self.mesh = mesh
        self.vertexCount = vertexCount
    }

    /// Cells to make room for at first. Uniform points in space have 6.77 each, in the plane two; slots
    /// stay open between the shares of threads.
    package static func expectedSlots(pointCount: Int, dimension: Int) -> Int {
        (dimension == 2 ? 2 : 7) * pointCount + pointCount / 4 + 4096
    }

    /// Triangulates `sites`. The result does not depend on the number of threads.
    /// - Parameter progress: the part of the overall progress that this is.
    package static func make(
        of sites: borrowing Sites, progress: ClosedRange<Double>, context: ComputeContext
    ) throws(DelaunayError) -> Triangulation {
        switch AffineHull(of: sites) {
        case .point:
            let mesh = try Mesh(dimension: 0, cells: 0, pointCount: sites.count, context: context)
            return Triangulation(mesh: mesh, vertexCount: 1)
        case .line:
            return try line(sites, context)
        case .plane(let a, let b, let c):
            if sites.dimension == 2 {
                return try plane(Plane(sites), sites, [a, b, c], progress, context)
            }
            return try plane(PlaneInSpace(sites, corners: [a, b, c]), sites, [a, b, c], progress, context)
        case .space(let a, let b, let c, let d):
            return try space(sites, [a, b, c, d], progress, context)
        }
    }

    /// The edges between neighbours on the line. Lexicographic order is the order along it.
    private static func line(
        _ sites: borrowing Sites, _ context: ComputeContext
    ) throws(DelaunayError) -> Triangulation {
        let (points, stride, dimension) = (sites.coordinates, sites.stride, sites.dimension)
        let order = try FlatArray<Int32>(capacity: sites.count, account: context.memory)
        for place in 0..<sites.count { order.base[place] = Int32(place) }
        var places = UnsafeMutableBufferPointer(start: order.base, count: sites.count)
        places.sort {
            Perturbation.precedes(
                points + stride * Int($0), points + stride * Int($1), dimension: dimension)
        }
        var last = 0
        for place in 1..<max(1, sites.count)
        where !AffineHull.coincide(sites[order.base[last]], sites[order.base[place]], dimension) {
            last += 1
            order.base[last] = order.base[place]
        }
        let mesh = try Mesh(dimension: 1, cells: last, pointCount: sites.count, context: context)
        for cell in 0..<last {
            mesh.corners.base[4 * cell] = order.base[cell]
            mesh.corners.base[4 * cell + 1] = order.base[cell + 1]
        }
        return Triangulation(mesh: mesh, vertexCount: last + 1)
    }

    private static func plane<Geometry: PlaneGeometry>(
        _ geometry: Geometry, _ sites: borrowing Sites, _ triple: [Int32], _ progress: ClosedRange<Double>,
        _ context: ComputeContext
    ) throws(DelaunayError) -> Triangulation {
        var simplex = triple
        if geometry.turn(sites[simplex[0]], sites[simplex[1]], sites[simplex[2]]) < 0 { simplex.swapAt(0, 1) }
        let mesh = try Mesh(
            simplex: simplex,
            capacity: expectedSlots(pointCount: sites.count, dimension: 2), pointCount: sites.count,
            context: context)
        let startingAt = try FlatArray<Int32>(capacity: sites.count + 1, account: context.memory)
        let insertion = try Insertion<TriangularInserter<Geometry>>(
            into: mesh, simplex: simplex, pointCount: sites.count, context: context
        ) { mesh throws(DelaunayError) in
            try TriangularInserter(
                geometry: geometry, sites: sites, mesh: mesh, startingAt: startingAt.base,
                account: context.memory)
        }
        return try insertion.run(progress: progress)
    }

    private static func space(
        _ sites: borrowing Sites, _ quadruple: [Int32], _ progress: ClosedRange<Double>,
        _ context: ComputeContext
    ) throws(DelaunayError) -> Triangulation {
        var simplex = quadruple
        let turn = tda_orient3d(
            sites[simplex[0]], sites[simplex[1]], sites[simplex[2]], sites[simplex[3]], .infinity)
        if turn < 0 { simplex.swapAt(0, 1) }
        let mesh = try Mesh(
            simplex: simplex,
            capacity: expectedSlots(pointCount: sites.count, dimension: 3), pointCount: sites.count,
            context: context)
        let numbers = try FlatArray<Int32>(capacity: sites.count + 1, account: context.memory)
        numbers.base.update(repeating: -1, count: sites.count + 1)
        let insertion = try Insertion<TetrahedralInserter>(
            into: mesh, simplex: simplex, pointCount: sites.count, context: context
        ) { mesh throws(DelaunayError) in
            try TetrahedralInserter(
                sites: sites, mesh: mesh, numbers: numbers.base, account: context.memory)
        }
        return try insertion.run(progress: progress)
    }
}
