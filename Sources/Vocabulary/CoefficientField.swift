/// The prime field Z/p over which homology is taken, p < 2¹⁵.
public struct CoefficientField: Sendable, Hashable {
    public let modulus: UInt16

    public static let z2 = CoefficientField(unchecked: 2)

    private init(unchecked modulus: UInt16) { self.modulus = modulus }

    /// - Throws: `InvalidInput.badParameter` unless `modulus` is a prime from 2 to 32,749.
    public init(modulus: Int) throws(InvalidInput) {
        guard modulus >= 2, modulus < 1 << 15 else {
            throw .badParameter("coefficient_field", reason: "\(modulus) is not a prime from 2 to 32749")
        }
        var divisor = 2
        while divisor * divisor <= modulus {
            if modulus.isMultiple(of: divisor) {
                throw .badParameter(
                    "coefficient_field", reason: "\(modulus) is not prime, \(divisor) divides it")
            }
            divisor += 1
        }
        self.modulus = UInt16(modulus)
    }
}
