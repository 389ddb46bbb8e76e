public import Vocabulary

/// A result as its control message tells it: everything but the bars.
public struct ResultHead: Sendable {
    let pairsPerDimension: [Int]
    let representatives: (vertices: Int, coefficients: Int, hasGenerators: Bool)?
    let statistics: ComputeStatistics
    let subsample: (count: Int, coveringRadius: Double)?
    let alphaShape: AlphaShape?

    init(_ message: ProtoResult) throws(WireError) {
        var counts: [Int] = []
        for count in message.pairsPerDimension {
            guard count < 1 << 32 else { throw .malformedMessage(.result) }
            counts.append(Int(count))
        }
        guard !counts.isEmpty, counts.count <= VietorisRipsOptions.highestDimension + 1 else {
            throw .malformedMessage(.result)
        }
        pairsPerDimension = counts
        if message.hasRepresentatives {
            let sizes = message.representatives
            guard sizes.vertices < 1 << 32, sizes.coefficients < 1 << 32 else {
                throw .malformedMessage(.result)
            }
            representatives = (Int(sizes.vertices), Int(sizes.coefficients), sizes.generators)
        } else {
            representatives = nil
        }
        statistics = ComputeStatistics(message.statistics)
        if message.hasSubsample {
            guard message.subsample.count < 1 << 31 else { throw .malformedMessage(.result) }
            subsample = (Int(message.subsample.count), message.subsample.coveringRadius)
        } else {
            subsample = nil
        }
        alphaShape = message.hasAlphaShape ? AlphaShape(message.alphaShape) : nil
    }

    private var pairCount: Int { pairsPerDimension.reduce(0, +) }

    var arrays: [ArrayShape] {
        var arrays = [ArrayShape(.float64, count: 2 * pairCount)]
        if let representatives {
            arrays += [
                ArrayShape(.uint32, count: pairCount),
                ArrayShape(.int32, count: representatives.vertices),
                ArrayShape(.uint16, count: representatives.coefficients),
            ]
            if representatives.hasGenerators { arrays.append(ArrayShape(.int32, count: 4 * pairCount)) }
        }
        if let subsample { arrays.append(ArrayShape(.int32, count: subsample.count)) }
        return arrays
    }

    /// - Throws: when the arrays contradict each other.
    public func result(arrays: [WireArray]) throws(WireError) -> ComputeResult {
        guard case .float64(let values) = arrays.first else { throw .malformedMessage(.result) }
        var pairs: [PersistencePair] = []
        pairs.reserveCapacity(pairCount)
        for (dimension, count) in pairsPerDimension.enumerated() {
            for row in pairs.count..<pairs.count + count {
                pairs.append(
                    PersistencePair(
                        dimension: dimension, birth: values[2 * row], death: values[2 * row + 1]))
            }
        }
        let barcode = Barcode(
            maxDimension: pairsPerDimension.count - 1, pairs: pairs,
            representatives: try cocycles(of: pairs, from: arrays), generators: try generators(from: arrays))
        return ComputeResult(
            barcode: barcode, statistics: statistics, subsample: try subsample(from: arrays),
            alphaShape: alphaShape)
    }

    private func subsample(from arrays: [WireArray]) throws(WireError) -> Subsample? {
        guard let subsample else { return nil }
        guard case .int32(let indices) = arrays.last else { throw .malformedMessage(.result) }
        return Subsample(indices: indices, coveringRadius: subsample.coveringRadius)
    }

    private func cocycles(
        of pairs: [PersistencePair], from arrays: [WireArray]
    ) throws(WireError) -> [RepresentativeCocycle] {
        guard representatives != nil else { return [] }
        guard arrays.count >= 4, case .uint32(let simplices) = arrays[1],
            case .int32(let vertices) = arrays[2], case .uint16(let coefficients) = arrays[3]
        else { throw .malformedMessage(.result) }
        var cocycles: [RepresentativeCocycle] = []
        cocycles.reserveCapacity(pairs.count)
        var (vertex, simplex) = (0, 0)
        for (pair, count) in zip(pairs, simplices) {
            let nextSimplex = simplex + Int(count)
            let nextVertex = vertex + Int(count) * (pair.dimension + 1)
            guard nextSimplex <= coefficients.count, nextVertex <= vertices.count else {
                throw .malformedMessage(.result)
            }
            cocycles.append(
                RepresentativeCocycle(
                    vertices: Array(vertices[vertex..<nextVertex]),
                    coefficients: Array(coefficients[simplex..<nextSimplex])))
            (vertex, simplex) = (nextVertex, nextSimplex)
        }
        return cocycles
    }

    private func generators(from arrays: [WireArray]) throws(WireError) -> [FlagGenerator] {
        guard representatives?.hasGenerators == true else { return [] }
        guard arrays.count >= 5, case .int32(let ends) = arrays[4] else { throw .malformedMessage(.result) }
        return stride(from: 0, to: ends.count, by: 4).map {
            FlagGenerator(flattened: ends[$0..<$0 + 4])
        }
    }
}

extension OutboundFrame {
    /// Costs a pass over the bars, and over the cocycles where there are any.
    public static func result(id: UInt64, _ result: ComputeResult) -> OutboundFrame {
        let barcode = result.barcode
        var message = ProtoResult()
        var counts = [UInt64](repeating: 0, count: barcode.maxDimension + 1)
        for pair in barcode.pairs { counts[pair.dimension] += 1 }
        message.pairsPerDimension = counts
        message.statistics = ProtoStatistics(result.statistics)
        if let shape = result.alphaShape { message.alphaShape = ProtoAlphaShape(shape) }
        var arrays = [WireArray.pairs(barcode.pairs)]
        if !barcode.representatives.isEmpty {
            let vertices = barcode.representatives.flatMap(\.vertices)
            let coefficients = barcode.representatives.flatMap(\.coefficients)
            message.representatives.vertices = UInt64(vertices.count)
            message.representatives.coefficients = UInt64(coefficients.count)
            arrays += [
                .uint32(barcode.representatives.map { UInt32($0.coefficients.count) }), .int32(vertices),
                .uint16(coefficients),
            ]
        }
        if !barcode.generators.isEmpty {
            message.representatives.generators = true
            arrays.append(.int32(barcode.generators.flatMap(\.flattened)))
        }
        if let subsample = result.subsample {
            message.subsample.count = UInt64(count: subsample.indices.count)
            message.subsample.coveringRadius = subsample.coveringRadius
            arrays.append(.int32(subsample.indices))
        }
        return OutboundFrame(.result, id: id, message, arrays: arrays)
    }
}

extension ProtoAlphaShape {
    init(_ shape: AlphaShape) {
        vertices = UInt64(count: shape.vertices)
        edges = UInt64(count: shape.edges)
        triangles = UInt64(count: shape.triangles)
        tetrahedra = UInt64(count: shape.tetrahedra)
    }
}

extension AlphaShape {
    init(_ message: ProtoAlphaShape) {
        self.init(
            vertices: Int(clamping: message.vertices), edges: Int(clamping: message.edges),
            triangles: Int(clamping: message.triangles), tetrahedra: Int(clamping: message.tetrahedra))
    }
}

extension ProtoStatistics {
    init(_ statistics: ComputeStatistics) {
        pointCount = UInt64(count: statistics.pointCount)
        edgeCount = UInt64(count: statistics.edgeCount)
        threadCount = UInt32(count: statistics.threadCount)
        computeSeconds = statistics.computeSeconds
        queueSeconds = statistics.queueSeconds
        estimatedMemory = UInt64(count: statistics.estimatedMemory)
        peakMemory = UInt64(count: statistics.peakMemory)
        threshold = statistics.threshold
        backend = statistics.backend
        phases = statistics.phases.map { phase in
            var message = ProtoPhase()
            message.name = phase.name
            message.seconds = phase.seconds
            return message
        }
    }
}

extension ComputeStatistics {
    init(_ message: ProtoStatistics) {
        self.init()
        pointCount = Int(clamping: message.pointCount)
        edgeCount = Int(clamping: message.edgeCount)
        threadCount = Int(message.threadCount)
        computeSeconds = message.computeSeconds
        queueSeconds = message.queueSeconds
        estimatedMemory = Int(clamping: message.estimatedMemory)
        peakMemory = Int(clamping: message.peakMemory)
        threshold = message.threshold
        backend = message.backend
        phases = message.phases.map { Phase(name: $0.name, seconds: $0.seconds) }
    }
}
