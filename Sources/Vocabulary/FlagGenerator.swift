/// The simplices at which a bar of a flag filtration begins and ends, as far as they matter: a simplex
/// appears with its longest edge, so birth and death are the lengths of two edges. In dimension 0 a
/// bar begins at a vertex.
public struct FlagGenerator: Sendable, Hashable {
    /// An edge by its ends, or a vertex, which stands twice.
    public struct Ends: Sendable, Hashable {
        public let larger: Int32
        public let smaller: Int32

        public init(_ a: Int32, _ b: Int32) {
            larger = max(a, b)
            smaller = min(a, b)
        }

        public var isVertex: Bool { larger == smaller }

        /// One vertex or two, in decreasing order.
        public var vertices: [Int32] { isVertex ? [larger] : [larger, smaller] }
    }

    public let birth: Ends
    /// Nil for an essential class.
    public let death: Ends?

    public init(birth: Ends, death: Ends?) {
        self.birth = birth
        self.death = death
    }
}

extension FlagGenerator {
    /// As arrays have it: the ends of birth, then of death, each the larger first; −1 twice for no death.
    public var flattened: [Int32] {
        [birth.larger, birth.smaller, death?.larger ?? -1, death?.smaller ?? -1]
    }

    /// - Parameter flattened: four numbers.
    public init(flattened: ArraySlice<Int32>) {
        let first = flattened.startIndex
        let death = Ends(flattened[first + 2], flattened[first + 3])
        self.init(
            birth: Ends(flattened[first], flattened[first + 1]), death: death.smaller < 0 ? nil : death)
    }
}
