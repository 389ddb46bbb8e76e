public import Vocabulary

extension Oracle {
    /// What is wrong with the representatives of `barcode`, which must be the right barcode of `matrix`;
    /// nil where all is well.
    ///
    /// The representative of a bar [b, d) in dimension k is a sum z of k-simplices of the complex, such that
    /// - each simplex is named once, by decreasing vertices, with a coefficient from 1 to p − 1;
    /// - its diameters lie from b to d, and one of them is b;
    /// - its coboundary vanishes on every (k + 1)-simplex of diameter < d, so it is a cocycle while the bar lives;
    /// - at each moment the restrictions of the living bars' representatives are independent modulo
    ///   coboundaries. There are as many as the cohomology has dimensions, so they are a basis of it.
    public static func faultInRepresentatives(
        _ barcode: Barcode, of matrix: DistanceMatrix, options: VietorisRipsOptions
    ) -> String? {
        fault(in: barcode, of: LengthTable(matrix, threshold: options.maxEdgeLength), options: options)
    }

    /// The same for a graph.
    public static func faultInRepresentatives(
        _ barcode: Barcode, of graph: SparseGraph, options: VietorisRipsOptions
    ) -> String? {
        fault(in: barcode, of: LengthTable(graph, threshold: options.maxEdgeLength), options: options)
    }

    private static func fault(
        in barcode: Barcode, of table: LengthTable, options: VietorisRipsOptions
    ) -> String? {
        guard barcode.representatives.count == barcode.pairs.count else {
            return "\(barcode.pairs.count) bars, but \(barcode.representatives.count) representatives"
        }
        let complex = FlagComplex(table, upTo: options.maxDimension + 1)
        if let fault = faultInGenerators(of: barcode, complex: complex) { return fault }
        let modulus = Int(options.field.modulus)
        var cochains: [Cochain] = []
        for (pair, representative) in zip(barcode.pairs, barcode.representatives) {
            switch Cochain.read(representative, of: pair, in: complex, modulus: modulus) {
            case .success(let cochain): cochains.append(cochain)
            case .failure(let fault): return "bar \(pair): \(fault.text)"
            }
        }
        return faultInIndependence(cochains, complex: complex, modulus: modulus)
    }

    /// Each bar's edges must have the lengths of its birth and its death.
    private static func faultInGenerators(of barcode: Barcode, complex: FlagComplex) -> String? {
        guard barcode.generators.count == barcode.pairs.count else {
            return "\(barcode.pairs.count) bars, but \(barcode.generators.count) generators"
        }
        func value(_ ends: FlagGenerator.Ends?) -> Double? {
            guard let ends else { return .infinity }
            let position = complex.position[ends.vertices.reversed().map(Int.init)]
            return position.map { complex.simplices[$0].diameter }
        }
        for (pair, generator) in zip(barcode.pairs, barcode.generators) {
            guard generator.birth.isVertex == (pair.dimension == 0), generator.death?.isVertex != true else {
                return "bar \(pair): not the right simplices in \(generator)"
            }
            guard value(generator.birth) == pair.birth, value(generator.death) == pair.death else {
                return "bar \(pair): born at \(String(describing: value(generator.birth))), "
                    + "dies at \(String(describing: value(generator.death))) by \(generator)"
            }
        }
        return nil
    }

    /// It is enough to look when a class is born: classes that die leave an independent rest, and a sum
    /// that bounds later bounds now.
    private static func faultInIndependence(
        _ cochains: [Cochain], complex: FlagComplex, modulus: Int
    ) -> String? {
        let cofaces = complex.coboundaries(modulus: modulus)
        for (dimension, classes) in Dictionary(grouping: cochains, by: \.pair.dimension) {
            for time in Set(classes.map(\.pair.birth)) {
                let present = complex.simplices.partitioningIndex { $0.diameter > time }
                var echelon = Echelon(modulus: modulus, rows: present)
                for (index, simplex) in complex.simplices[..<present].enumerated()
                where simplex.dimension == dimension - 1 {
                    _ = echelon.insert(cofaces[index].filter { $0.row < present })
                }
                for living in classes where living.pair.birth <= time && time < living.pair.death {
                    if echelon.insert(living.vector.filter { $0.row < present }) == nil {
                        return "bar \(living.pair): at \(time) its cocycle depends on those of other bars"
                    }
                }
            }
        }
        return nil
    }
}

/// A representative, looked up in the complex.
private struct Cochain {
    struct Fault: Error { let text: String }

    let pair: PersistencePair
    let vector: Echelon.Vector

    static func read(
        _ representative: RepresentativeCocycle, of pair: PersistencePair, in complex: FlagComplex,
        modulus: Int
    ) -> Result<Cochain, Fault> {
        func fault(_ text: String) -> Result<Cochain, Fault> { .failure(Fault(text: text)) }
        let size = pair.dimension + 1
        guard representative.vertices.count == size * representative.coefficients.count else {
            return fault(
                "\(representative.vertices.count) vertices, \(representative.coefficients.count) terms")
        }
        var coefficients: [Int: Int] = [:]
        var earliest = Double.infinity
        for (term, coefficient) in representative.coefficients.enumerated() {
            let vertices = representative.vertices[term * size..<(term + 1) * size].map(Int.init)
            guard zip(vertices, vertices.dropFirst()).allSatisfy(>) else {
                return fault("the vertices \(vertices) do not decrease")
            }
            guard let index = complex.position[vertices.reversed()] else {
                return fault("\(vertices) is not a simplex of the complex")
            }
            guard (1..<modulus).contains(Int(coefficient)) else {
                return fault("the coefficient \(coefficient) of \(vertices) is not from 1 to \(modulus - 1)")
            }
            let diameter = complex.simplices[index].diameter
            guard diameter >= pair.birth, diameter <= pair.death else {
                return fault("\(vertices) has the diameter \(diameter)")
            }
            guard coefficients.updateValue(Int(coefficient), forKey: index) == nil else {
                return fault("\(vertices) stands there twice")
            }
            earliest = min(earliest, diameter)
        }
        guard earliest == pair.birth else { return fault("no simplex has the diameter of the birth") }
        for simplex in complex.simplices
        where simplex.dimension == pair.dimension + 1 && simplex.diameter < pair.death {
            let sum = complex.boundary(of: simplex, modulus: modulus).reduce(0) {
                ($0 + $1.coefficient * coefficients[$1.row, default: 0]) % modulus
            }
            guard sum == 0 else {
                return fault(
                    "the coboundary has \(sum) at \(simplex.vertices), of diameter \(simplex.diameter)")
            }
        }
        let vector = coefficients.sorted { $0.key < $1.key }.map { (row: $0.key, coefficient: $0.value) }
        return .success(Cochain(pair: pair, vector: vector))
    }
}

extension FlagComplex {
    /// The boundary matrix, transposed: for each simplex its cofacets by increasing position.
    fileprivate func coboundaries(modulus: Int) -> [Echelon.Vector] {
        var cofaces = [Echelon.Vector](repeating: [], count: simplices.count)
        for (index, simplex) in simplices.enumerated() {
            for (face, coefficient) in boundary(of: simplex, modulus: modulus) {
                cofaces[face].append((index, coefficient))
            }
        }
        return cofaces
    }
}

extension Array {
    /// The index of the first element for which `isPast` holds, where all after it do too.
    fileprivate func partitioningIndex(where isPast: (Element) -> Bool) -> Int {
        firstIndex(where: isPast) ?? count
    }
}
