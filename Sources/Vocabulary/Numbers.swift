/// Real numbers in one of the two precisions, in arrays or in memory of their own; the case is the precision.
public enum Numbers: Sendable, Hashable {
    case float32(NumberArray<Float>)
    case float64(NumberArray<Double>)

    public init(_ scalars: Scalars) {
        self =
            switch scalars {
            case .float32(let values): .float32(NumberArray(values))
            case .float64(let values): .float64(NumberArray(values))
            }
    }

    public var count: Int {
        switch self {
        case .float32(let values): values.count
        case .float64(let values): values.count
        }
    }

    public var precision: Precision {
        switch self {
        case .float32: .float32
        case .float64: .float64
        }
    }

    /// The number at `index`, widened. For reports and messages; loops switch over the case once.
    public subscript(index: Int) -> Double {
        switch self {
        case .float32(let values): Double(values[index])
        case .float64(let values): values[index]
        }
    }

    /// The same numbers as arrays, copied where they are in memory of their own.
    public var scalars: Scalars {
        switch self {
        case .float32(let values): .float32(values.array)
        case .float64(let values): .float64(values.array)
        }
    }
}

/// Numbers one behind another that nobody changes: an array where they were given, memory that its owner counts and
/// uses again where they were computed.
///
/// `@unchecked Sendable`: what is in that memory is written before, and stays.
public struct NumberArray<Number: BinaryFloatingPoint & Sendable>: RandomAccessCollection, @unchecked Sendable
{
    private enum Place {
        case array([Number])
        case room(UnsafeBufferPointer<Number>, owner: AnyObject)
    }

    private let place: Place

    public init(_ array: [Number]) { place = .array(array) }

    /// - Parameter owner: holds the memory for as long as it is there itself.
    package init(_ room: UnsafeBufferPointer<Number>, owner: AnyObject) { place = .room(room, owner: owner) }

    public var startIndex: Int { 0 }
    public var endIndex: Int {
        switch place {
        case .array(let values): values.count
        case .room(let values, _): values.count
        }
    }

    public subscript(index: Int) -> Number {
        switch place {
        case .array(let values): values[index]
        case .room(let values, _): values[index]
        }
    }

    public func withUnsafeBufferPointer<Result, Failure: Error>(
        _ body: (UnsafeBufferPointer<Number>) throws(Failure) -> Result
    ) throws(Failure) -> Result {
        switch place {
        case .array(let values):
            return try values.withUnsafeBufferPointer(body)
        case .room(let values, let owner):
            defer { withExtendedLifetime(owner) {} }
            return try body(values)
        }
    }

    public func withContiguousStorageIfAvailable<Result>(
        _ body: (UnsafeBufferPointer<Number>) throws -> Result
    ) rethrows -> Result? {
        try withUnsafeBufferPointer(body)
    }

    fileprivate var array: [Number] {
        switch place {
        case .array(let values): values
        case .room: Array(self)
        }
    }
}

extension NumberArray: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.elementsEqual(b) }

    public func hash(into hasher: inout Hasher) {
        for number in self { hasher.combine(number) }
    }
}
