import Vocabulary

extension ProtoInput {
    init(_ shape: InputShape) {
        scalars = ProtoPrecision(shape.precision)
        switch shape.kind {
        case .points(let dimension):
            points.count = UInt64(count: shape.count)
            points.dimension = UInt32(count: dimension)
            points.weights = shape.hasWeights
        case .distances:
            distances.count = UInt64(count: shape.count)
            distances.vertexBirths = shape.hasVertexBirths
            distances.weights = shape.hasWeights
        case .sparse(let edges):
            sparse.count = UInt64(count: shape.count)
            sparse.edges = UInt64(count: edges)
            sparse.vertexBirths = shape.hasVertexBirths
            sparse.weights = shape.hasWeights
        }
    }

    func shape() throws(InvalidInput) -> InputShape {
        let precision = try scalars.precision(of: "input.scalars")
        let shape: InputShape? =
            switch kind {
            case .points(let points):
                InputShape(
                    kind: .points(dimension: Int(points.dimension)), count: Int(clamping: points.count),
                    precision: precision, hasWeights: points.weights)
            case .distances(let distances):
                InputShape(
                    kind: .distances, count: Int(clamping: distances.count), precision: precision,
                    hasVertexBirths: distances.vertexBirths, hasWeights: distances.weights)
            case .sparse(let sparse):
                InputShape(
                    kind: .sparse(edges: Int(clamping: sparse.edges)), count: Int(clamping: sparse.count),
                    precision: precision, hasVertexBirths: sparse.vertexBirths, hasWeights: sparse.weights)
            case nil:
                throw .badParameter("input", reason: "neither points, nor distances, nor a sparse graph")
            }
        guard let shape else {
            throw .badParameter("input", reason: "its arrays would pass any memory; check its counts")
        }
        // Its numbers are what bounds the count of points: none would bound nothing.
        if case .points(dimension: 0) = shape.kind { throw .noCoordinates }
        guard !shape.hasVertexBirths || !shape.hasWeights else { throw .weightsAndBirths }
        // Vertices are numbered by 32 bits everywhere below.
        guard shape.count <= Int(Int32.max) else {
            throw .badParameter(
                "input", reason: "\(shape.count) points, at most \(Int32.max) can be told apart")
        }
        return shape
    }
}

extension InputShape {
    /// - Precondition: `arrays` have this shape.
    func input(from arrays: [WireArray]) throws(InvalidInput) -> ComputeInput {
        let births = hasVertexBirths ? arrays.last?.scalars : nil
        let weights = hasWeights ? arrays.last?.scalars : nil
        switch kind {
        case .points(let dimension):
            guard let coordinates = arrays.first?.scalars else { break }
            return .points(try PointCloud(dimension: dimension, coordinates: coordinates, weights: weights))
        case .distances:
            guard let lengths = arrays.first?.scalars else { break }
            return .distances(
                try DistanceMatrix(
                    count: count, lowerTriangle: lengths, vertexBirths: births, weights: weights))
        case .sparse:
            guard case .int32(let ends) = arrays.first, let lengths = arrays[1].scalars else { break }
            return .sparse(
                try SparseGraph(
                    count: count, ends: ends, lengths: lengths, vertexBirths: births, weights: weights))
        }
        preconditionFailure("the arrays were collected by this shape")
    }
}

extension ComputeInput {
    /// In the order of `InputShape.arrays`.
    var arrays: [WireArray] {
        switch self {
        case .points(let cloud):
            [WireArray(cloud.coordinates)] + Self.perVertex(cloud.weights, in: cloud.coordinates.precision)
        case .distances(let matrix):
            [WireArray(matrix.lowerTriangle.scalars)]
                + Self.perVertex(matrix.vertexBirths ?? matrix.weights, in: matrix.lowerTriangle.precision)
        case .sparse(let graph):
            [.int32(graph.ends), WireArray(graph.lengths)]
                + Self.perVertex(graph.vertexBirths ?? graph.weights, in: graph.lengths.precision)
        }
    }

    /// All real numbers of an input travel in one precision.
    private static func perVertex(_ numbers: Scalars?, in precision: Precision) -> [WireArray] {
        numbers.map { [WireArray($0.converted(to: precision))] } ?? []
    }
}
