/// Vectors over Z/p, each reduced by those before it: no two have the same last row.
struct Echelon {
    /// Non-zero coefficients by increasing row.
    typealias Vector = [(row: Int, coefficient: Int)]

    let modulus: Int
    private var vectors: [Int: Vector] = [:]  // by last row
    private var work: [Int]

    init(modulus: Int, rows: Int) {
        self.modulus = modulus
        work = [Int](repeating: 0, count: rows)
    }

    /// The last row of `vector` once it is reduced; nil where it depends on those before it.
    mutating func insert(_ vector: Vector) -> Int? {
        guard var pivot = vector.last?.row else { return nil }
        for entry in vector { work[entry.row] = entry.coefficient }
        while pivot >= 0 {
            if work[pivot] == 0 {
                pivot -= 1
            } else if let other = vectors[pivot] {
                let factor = work[pivot] * (modulus - inverse(other.last!.coefficient)) % modulus
                for (row, coefficient) in other { work[row] = (work[row] + factor * coefficient) % modulus }
            } else {
                vectors[pivot] = (0...pivot).compactMap { work[$0] == 0 ? nil : ($0, work[$0]) }
                for row in 0...pivot { work[row] = 0 }
                return pivot
            }
        }
        return nil
    }

    /// By Fermat: a^(p − 2).
    private func inverse(_ value: Int) -> Int {
        var (result, base, exponent) = (1, value, modulus - 2)
        while exponent > 0 {
            if exponent & 1 == 1 { result = result * base % modulus }
            base = base * base % modulus
            exponent >>= 1
        }
        return result
    }
}
