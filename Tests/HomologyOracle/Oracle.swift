public import Vocabulary

/// Persistent homology as the textbook has it: write out the filtration and its boundary matrix over
/// Z/p, reduce the columns from left to right, read off the pairs. Slow, and short enough to believe.
///
/// Vertices are always there, from their births on; the threshold is for edges.
public enum Oracle {
    /// The barcode of the flag filtration of `matrix`.
    public static func barcode(of matrix: DistanceMatrix, options: VietorisRipsOptions) -> Barcode {
        barcode(of: LengthTable(matrix, threshold: options.maxEdgeLength), options: options)
    }

    /// The barcode of the flag filtration of `graph`.
    public static func barcode(of graph: SparseGraph, options: VietorisRipsOptions) -> Barcode {
        barcode(of: LengthTable(graph, threshold: options.maxEdgeLength), options: options)
    }

    private static func barcode(of table: LengthTable, options: VietorisRipsOptions) -> Barcode {
        let complex = FlagComplex(table, upTo: options.maxDimension + 1)
        var pairs: [PersistencePair] = []
        for (birth, death) in pairing(of: complex, modulus: Int(options.field.modulus)) {
            let born = complex.simplices[birth]
            let diesAt = death.map { complex.simplices[$0].diameter } ?? .infinity
            guard born.dimension <= options.maxDimension, born.diameter < diesAt else { continue }
            pairs.append(PersistencePair(dimension: born.dimension, birth: born.diameter, death: diesAt))
        }
        return Barcode(maxDimension: options.maxDimension, pairs: pairs)
    }

    /// Each simplex that creates a class, with the one that ends it, nil where none does.
    private static func pairing(of complex: FlagComplex, modulus: Int) -> [(birth: Int, death: Int?)] {
        var echelon = Echelon(modulus: modulus, rows: complex.simplices.count)
        var creators: [Int] = []
        var killer: [Int: Int] = [:]
        var open = [Int](repeating: 0, count: complex.highestDimension + 1)
        for (index, simplex) in complex.simplices.enumerated() {
            let dimension = simplex.dimension
            // Where no class of the dimension below is open, the boundary bounds already: it reduces to zero.
            if dimension > 0, open[dimension - 1] > 0,
                let pivot = echelon.insert(complex.boundary(of: simplex, modulus: modulus))
            {
                killer[pivot] = index
                open[dimension - 1] -= 1
            } else {
                creators.append(index)
                open[dimension] += 1
            }
        }
        return creators.map { ($0, killer[$0]) }
    }
}
