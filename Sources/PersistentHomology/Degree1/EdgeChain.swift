import Hardware

/// A growing sum of edges that gives up its terms in order, the longest first (`EdgeKey`).
protocol EdgeChain: SendableMetatype, ~Copyable {
    associatedtype Entry: ColumnEntry where Entry.Key == UInt64

    init(field: PrimeField, memory: MemoryAccount)
    /// Empties the chain; from now on keys are at least `floor`.
    mutating func restart(from floor: UInt64) throws(HomologyError)
    /// Adds a term whose key is not below the last one given up.
    mutating func add(_ key: UInt64, _ coefficient: UInt32) throws(HomologyError)
    /// Takes the term with the smallest key away; nil when nothing is left.
    mutating func popPivot() throws(HomologyError) -> Entry?
}

extension Chain: EdgeChain where Entry.Key == UInt64 {
    mutating func popPivot() throws(HomologyError) -> Entry? { try popPivot(upTo: .max) }
}
