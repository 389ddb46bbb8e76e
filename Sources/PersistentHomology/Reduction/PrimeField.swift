import Vocabulary

/// Arithmetic in Z/p on representatives 0 ..< p, p < 2¹⁵.
struct PrimeField: Sendable {
    let modulus: UInt32
    /// inverses[a] · a = 1 for 1 ≤ a < p.
    private let inverses: [UInt16]

    init(_ field: CoefficientField) {
        let p = UInt32(field.modulus)
        modulus = p
        var inverses = [UInt16](repeating: 0, count: Int(p))
        inverses[1] = 1
        // p = (p / a) · a + p mod a, hence 1 / a = −(p / a) · 1 / (p mod a).
        for a in stride(from: UInt32(2), to: p, by: 1) {
            inverses[Int(a)] = UInt16((p - p / a) * UInt32(inverses[Int(p % a)]) % p)
        }
        self.inverses = inverses
    }

    @inline(__always)
    func multiply(_ a: UInt32, _ b: UInt32) -> UInt32 { a &* b % modulus }

    @inline(__always)
    func add(_ a: UInt32, _ b: UInt32) -> UInt32 {
        let sum = a &+ b
        return sum >= modulus ? sum &- modulus : sum
    }

    @inline(__always)
    func negate(_ a: UInt32) -> UInt32 { a == 0 ? 0 : modulus &- a }

    @inline(__always)
    func inverse(_ a: UInt32) -> UInt32 { UInt32(inverses[Int(a)]) }

    /// −a / b
    @inline(__always)
    func eliminating(_ a: UInt32, with b: UInt32) -> UInt32 { multiply(negate(a), inverse(b)) }
}
