import Vocabulary

/// Arithmetic modulo a prime, for coefficients below 2¹⁶ in the lower bits of terms.
struct PrimeField: Sendable {
    let modulus: UInt64
    private let inverses: [UInt16]

    init(_ field: CoefficientField) {
        let p = Int(field.modulus)
        var table = [UInt16](repeating: 1, count: p)
        for a in stride(from: 2, to: p, by: 1) {
            table[a] = UInt16(p - (p / a) * Int(table[p % a]) % p)
        }
        modulus = UInt64(p)
        inverses = table
    }

    @inline(__always)
    func reduced(_ sum: UInt64) -> UInt64 { modulus == 2 ? sum & 1 : sum % modulus }

    @inline(__always)
    func inverse(_ coefficient: UInt64) -> UInt64 { UInt64(inverses[Int(coefficient)]) }
}

/// A summand of a chain of critical edges: the edge's place above its coefficient, so that the last edge is
/// the greatest number.
typealias Term = UInt64

extension Term {
    @inline(__always)
    init(place: Int, coefficient: UInt64) { self = UInt64(place) << 16 | coefficient }

    @inline(__always) var place: Int { Int(self >> 16) }
    @inline(__always) var coefficient: UInt64 { self & 0xffff }

    @inline(__always)
    func times(_ factor: UInt64, _ field: PrimeField) -> Term {
        if field.modulus == 2 { return self }
        return self & ~0xffff | field.reduced(coefficient &* factor)
    }
}
