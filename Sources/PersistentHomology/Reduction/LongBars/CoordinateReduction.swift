/// The last step: deaths as vectors over the alive classes, in ascending order; each ends the youngest
/// class that is left of it after those before have been taken into account.
struct CoordinateReduction<Key: SimplexKey> {
    private let field: PrimeField
    /// By class: the vector of the death that ends it.
    private var vectors: [[UInt32]?]
    private var deaths: [Key?]
    private var open: Int

    init(field: PrimeField, count: Int) {
        self.field = field
        vectors = Array(repeating: nil, count: count)
        deaths = Array(repeating: nil, count: count)
        open = count
    }

    var isComplete: Bool { open == 0 }

    func death(of number: Int) -> Key? { deaths[number] }

    mutating func reduce(_ coordinates: [UInt32], simplex: Key) {
        var vector = coordinates
        while let last = vector.lastIndex(where: { $0 != 0 }) {
            guard let other = vectors[last] else {
                vectors[last] = vector
                deaths[last] = simplex
                open -= 1
                return
            }
            let factor = field.eliminating(vector[last], with: other[last])
            for index in 0...last {
                vector[index] = field.add(vector[index], field.multiply(factor, other[index]))
            }
        }
    }
}
