/// A simplex with a coefficient. Over Z/2 the coefficient is not stored.
protocol ColumnEntry: BitwiseCopyable, Sendable {
    associatedtype Key: SimplexKey
    var key: Key { get }
    var coefficient: UInt32 { get }
    init(_ key: Key, _ coefficient: UInt32)
    /// The same arithmetic on keys of edges.
    associatedtype EdgeEntry: ColumnEntry where EdgeEntry.Key == UInt64
    /// Values of several cochains side by side.
    associatedtype Lanes: CocycleLanes
    /// True over Z/2, where signs and products disappear at compile time.
    static var isBinary: Bool { get }
}

struct BinaryEntry<Key: SimplexKey>: ColumnEntry {
    typealias EdgeEntry = BinaryEntry<UInt64>
    typealias Lanes = BinaryLanes
    let key: Key

    @inline(__always)
    init(_ key: Key, _ coefficient: UInt32) { self.key = key }
    @inline(__always)
    var coefficient: UInt32 { 1 }
    @inline(__always)
    static var isBinary: Bool { true }
}

struct PrimeEntry<Key: SimplexKey>: ColumnEntry {
    typealias EdgeEntry = PrimeEntry<UInt64>
    typealias Lanes = PrimeLanes
    let key: Key
    let coefficient: UInt32

    @inline(__always)
    init(_ key: Key, _ coefficient: UInt32) {
        self.key = key
        self.coefficient = coefficient
    }
    @inline(__always)
    static var isBinary: Bool { false }
}
