/// Simplices on the vertices of a lune as keys: their positions as digits, decreasing. How many there are is known
/// from the context; a simplex is oriented by that order.
struct PositionCodec<Key: SimplexKey>: Sendable {
    let bits: Int
    private let mask: Key

    /// - Parameter bits: in a digit.
    init(bits: Int) {
        self.bits = bits
        mask = (1 << Key(bits)) - 1
    }

    /// The digit that has `place` smaller ones after it.
    @inline(__always)
    func digit(_ key: Key, _ place: Int) -> Int { Int(truncatingIfNeeded: key >> Key(bits * place) & mask) }

    /// How many of the `count` digits of `key` are larger than `position`, and whether it is among them.
    @inline(__always)
    func find(_ position: Int, in key: Key, count: Int) -> (larger: Int, isThere: Bool) {
        for larger in 0..<count {
            let digit = digit(key, count - 1 - larger)
            if digit <= position { return (larger, digit == position) }
        }
        return (count, false)
    }

    /// `key`, of `count` digits, with `position` added after the `larger` first ones.
    @inline(__always)
    func inserting(_ position: Int, after larger: Int, in key: Key, count: Int) -> Key {
        let low = Key(bits * (count - larger))
        return ((key >> low) << Key(bits) | Key(position)) << low | key & ((1 << low) - 1)
    }

    /// `key`, of `count` digits, without the one that comes after `larger` others.
    @inline(__always)
    func removing(after larger: Int, in key: Key, count: Int) -> Key {
        let low = Key(bits * (count - 1 - larger))
        return (key >> (low + Key(bits))) << low | key & ((1 << low) - 1)
    }
}

/// Sorts `chain` by key, adds up terms with the same one and drops those that cancel.
func addUp<Entry: ColumnEntry>(_ chain: inout [Entry], _ field: PrimeField) {
    guard chain.count > 1 else { return }
    chain.sort { $0.key < $1.key }
    var (read, write) = (0, 0)
    while read < chain.count {
        let key = chain[read].key
        var coefficient = chain[read].coefficient
        read += 1
        while read < chain.count, chain[read].key == key {
            coefficient = Entry.isBinary ? coefficient ^ 1 : field.add(coefficient, chain[read].coefficient)
            read += 1
        }
        if coefficient != 0 {
            chain[write] = Entry(key, coefficient)
            write += 1
        }
    }
    chain.removeSubrange(write...)
}

/// Appends `factor` times `other`; terms of equal keys are left for `addUp`.
func append<Entry: ColumnEntry>(
    _ other: [Entry], times factor: UInt32, to chain: inout [Entry], _ field: PrimeField
) {
    for term in other { chain.append(Entry(term.key, field.multiply(factor, term.coefficient))) }
}

extension PrimeField {
    /// (−1)^exponent · a
    @inline(__always)
    func alternating(_ a: UInt32, _ exponent: Int) -> UInt32 { exponent & 1 == 1 ? negate(a) : a }
}
