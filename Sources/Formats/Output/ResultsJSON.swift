public import Vocabulary

/// Writes the HTTP contract's `results` object.
///
/// In precision `float32` births and deaths are written as the shortest decimals that tell them from every
/// other float, so that 0.1 stays 0.1, and `persistence` is their difference as floats.
public enum ResultsJSON {
    /// - Parameters:
    ///   - precision: that in which the result was computed.
    ///   - cached: whether it was taken from a cache; nil leaves the field out.
    public static func bytes(_ result: ComputeResult, precision: Precision, cached: Bool? = nil) -> [UInt8] {
        var json = JSONText(capacity: 1024 + 96 * result.barcode.pairs.count)
        json.object { json in
            json.array("persistence_pairs") { json in
                for (index, pair) in result.barcode.pairs.enumerated() {
                    json.pair(pair, index, of: result.barcode, precision)
                }
            }
            json.object("betti_numbers") { json in
                for (dimension, count) in result.barcode.bettiNumbers.enumerated() {
                    json.member("beta_\(dimension)", count)
                }
            }
            if let subsample = result.subsample {
                json.object("subsample") { json in
                    json.member("covering_radius", subsample.coveringRadius)
                    json.array("indices") { json in for index in subsample.indices { json.value(Int(index)) }
                    }
                }
            }
            if let shape = result.alphaShape {
                json.object("alpha_shape") { json in
                    json.member("vertices", shape.vertices)
                    json.member("edges", shape.edges)
                    json.member("triangles", shape.triangles)
                    json.member("tetrahedra", shape.tetrahedra)
                }
            }
            json.object("statistics") { $0.members(of: result.statistics, precision) }
            if let cached { json.member("cached", cached) }
        }
        return json.bytes
    }

    /// A line `{"dimension": …, "birth": …, "death": …, "persistence": …}` for each pair.
    public static func lines(_ barcode: Barcode, precision: Precision) -> [UInt8] {
        var lines: [UInt8] = []
        lines.reserveCapacity(96 * barcode.pairs.count)
        for (index, pair) in barcode.pairs.enumerated() {
            var json = JSONText(capacity: 96)
            json.pair(pair, index, of: barcode, precision)
            lines += json.bytes
            lines.append(.lineFeed)
        }
        return lines
    }
}

extension JSONText {
    fileprivate mutating func pair(
        _ pair: PersistencePair, _ index: Int, of barcode: Barcode, _ precision: Precision
    ) {
        if precision == .float32, barcode.representatives.isEmpty,
            plain(pair.dimension, Float(pair.birth), Float(pair.death))
        {
            return
        }
        spelled { json in
            json.fragment(#"{"dimension":"#)
            json.value(pair.dimension)
            switch precision {
            case .float32: json.bar(Float(pair.birth), Float(pair.death))
            case .float64: json.bar(pair.birth, pair.death)
            }
            if let representative = barcode.representative(of: index) {
                json.fragment(#","representative":"#)
                json.object { json in
                    if let generator = barcode.generator(of: index) {
                        json.vertices("birth", generator.birth)
                        json.vertices("death", generator.death)
                    }
                    json.members(of: representative, dimension: pair.dimension)
                }
            }
            json.fragment("}")
        }
    }

    /// Writes a pair as most are, in one go.
    ///
    /// - Returns: false, and nothing is written, where one of the numbers is none that is written so.
    private mutating func plain(_ dimension: Int, _ birth: Float, _ death: Float) -> Bool {
        let isBornAtZero = birth == 0 && birth.sign == .plus
        guard (0..<10).contains(dimension), let end = ShortDecimal(death) else { return false }
        let start = isBornAtZero ? nil : ShortDecimal(birth)
        let length = isBornAtZero ? nil : ShortDecimal(death - birth)
        guard isBornAtZero || start != nil && length != nil else { return false }
        spelled(upTo: 72 + 3 * ShortDecimal.longest) { text in
            text.append(#"{"dimension":"#)
            text.append(UInt8(ascii: "0") + UInt8(dimension))
            if let start {
                text.append(#","birth":"#)
                text.append(start)
                text.append(#","death":"#)
            } else {
                text.append(#","birth":0.0,"death":"#)
            }
            let death = text.count
            text.append(end)
            if let length {
                text.append(#","persistence":"#)
                text.append(length)
            } else {
                // Born at zero it persists as long as it lives.
                let digits = death..<text.count
                text.append(#","persistence":"#)
                text.append(decimalAt: digits)
            }
            text.append(UInt8(ascii: "}"))
        }
        return true
    }

    private mutating func vertices(_ name: String, _ ends: FlagGenerator.Ends?) {
        guard let ends else { return member(name, nil as String?) }
        array(name) { json in for vertex in ends.vertices { json.value(Int(vertex)) } }
    }

    private mutating func bar<Value: BinaryFloatingPoint & CustomStringConvertible>(
        _ birth: Value, _ death: Value
    ) {
        fragment(#","birth":"#)
        // Nearly all of dimension 0, where a number need only be spelled once for the three.
        if birth == 0, birth.sign == .plus {
            fragment(#"0.0,"death":"#)
            let start = bytes.count
            value(death)
            let end = bytes.count
            fragment(#","persistence":"#)
            value(againFrom: start..<end)
        } else {
            value(birth)
            fragment(#","death":"#)
            value(death)
            fragment(#","persistence":"#)
            value(death - birth)
        }
    }

    private mutating func members(of representative: RepresentativeCocycle, dimension: Int) {
        array("simplices") { json in
            for simplex in representative.simplices(dimension: dimension) {
                json.array { json in for vertex in simplex { json.value(Int(vertex)) } }
            }
        }
        array("coefficients") { json in
            for coefficient in representative.coefficients { json.value(Int(coefficient)) }
        }
    }

    fileprivate mutating func members(of statistics: ComputeStatistics, _ precision: Precision) {
        member("computation_time_ms", milliseconds(statistics.computeSeconds))
        member("memory_peak_mb", mebibytes(statistics.peakMemory))
        member("num_points", statistics.pointCount)
        member("num_edges", statistics.edgeCount)
        member("num_threads", statistics.threadCount)
        member("backend", statistics.backend)
        switch precision {
        case .float32: member("threshold", Float(statistics.threshold))
        case .float64: member("threshold", statistics.threshold)
        }
        object("phases") { json in
            for phase in statistics.phases { json.member(phase.name, milliseconds(phase.seconds)) }
        }
    }
}

/// To the nanosecond: a clock tells no more, and a product's rounding error is only noise.
package func milliseconds(_ seconds: Double) -> Double { (seconds * 1e9).rounded() / 1e6 }

/// To a millionth, about a byte.
package func mebibytes(_ bytes: Int) -> Double { (Double(bytes) / Double(1 << 20) * 1e6).rounded() / 1e6 }

extension Barcode {
    func representative(of index: Int) -> RepresentativeCocycle? {
        representatives.isEmpty ? nil : representatives[index]
    }

    func generator(of index: Int) -> FlagGenerator? { generators.isEmpty ? nil : generators[index] }
}

extension RepresentativeCocycle {
    /// The vertices of each simplex.
    func simplices(dimension: Int) -> [ArraySlice<Int32>] {
        stride(from: 0, to: vertices.count, by: dimension + 1).map { vertices[$0..<$0 + dimension + 1] }
    }
}
