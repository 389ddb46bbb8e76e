import Vocabulary

/// The type and length of one raw array in a frame.
public struct ArrayShape: Sendable, Hashable {
    public enum Element: Sendable, Hashable {
        case float32, float64, int32, uint32, uint16

        var byteCount: Int {
            switch self {
            case .float32, .int32, .uint32: 4
            case .float64: 8
            case .uint16: 2
            }
        }
    }

    public let element: Element
    public let count: Int

    public init(_ element: Element, count: Int) {
        self.element = element
        self.count = count
    }

    var byteCount: Int { count * element.byteCount }
}

extension ArrayShape.Element {
    init(_ precision: Precision) {
        switch precision {
        case .float32: self = .float32
        case .float64: self = .float64
        }
    }
}

extension InputShape {
    /// The arrays of an input of this shape, in the order in which they travel.
    var arrays: [ArrayShape] {
        let scalar = ArrayShape.Element(precision)
        let perVertex = [ArrayShape](
            repeating: ArrayShape(scalar, count: count),
            count: (hasVertexBirths ? 1 : 0) + (hasWeights ? 1 : 0))
        switch kind {
        case .points(let dimension):
            return [ArrayShape(scalar, count: count * dimension)] + perVertex
        case .distances:
            return [ArrayShape(scalar, count: count * (count - 1) / 2)] + perVertex
        case .sparse(let edges):
            return [ArrayShape(.int32, count: 2 * edges), ArrayShape(scalar, count: edges)] + perVertex
        }
    }
}
