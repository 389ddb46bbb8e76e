public import Vocabulary

/// Writes a barcode as NumPy arrays.
public enum ResultsNPZ {
    /// An archive for `numpy.load`: `h0`, `h1`, … of shape (n, 2) with births and deaths, `inf` for
    /// essential classes.
    ///
    /// With representatives also, for each dimension d, `hd_simplices` of shape (m, d + 1),
    /// `hd_coefficients` of shape (m,), and `hd_offsets` of shape (n + 1,): bar i is represented by the
    /// simplices `hd_offsets[i]` up to `hd_offsets[i + 1]`. `hd_edges` of shape (n, 4) has the ends of the
    /// edges of birth and death, −1 where there is no death; in dimension 0 a vertex, twice, and an edge.
    public static func bytes(_ barcode: Barcode) -> [UInt8] {
        var archive = ZipWriter()
        for dimension in 0...barcode.maxDimension {
            let indices = barcode.pairs.indices.filter { barcode.pairs[$0].dimension == dimension }
            let values = indices.flatMap { [barcode.pairs[$0].birth, barcode.pairs[$0].death] }
            archive.add("h\(dimension).npy", NPYWriter.array(values, shape: [indices.count, 2]))
            guard !barcode.representatives.isEmpty else { continue }

            let representatives = indices.map { barcode.representatives[$0] }
            let coefficients = representatives.flatMap { $0.coefficients.map(Int32.init) }
            var offsets: [Int64] = [0]
            for representative in representatives {
                offsets.append((offsets.last ?? 0) + Int64(representative.coefficients.count))
            }
            archive.add(
                "h\(dimension)_simplices.npy",
                NPYWriter.array(
                    representatives.flatMap(\.vertices), shape: [coefficients.count, dimension + 1]))
            archive.add(
                "h\(dimension)_coefficients.npy", NPYWriter.array(coefficients, shape: [coefficients.count]))
            archive.add("h\(dimension)_offsets.npy", NPYWriter.array(offsets, shape: [offsets.count]))
            guard !barcode.generators.isEmpty else { continue }
            archive.add(
                "h\(dimension)_edges.npy",
                NPYWriter.array(
                    indices.flatMap { barcode.generators[$0].flattened }, shape: [indices.count, 4]))
        }
        return archive.finish()
    }
}
