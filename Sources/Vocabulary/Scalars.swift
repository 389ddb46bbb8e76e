/// The floating-point width in which distances are computed and compared.
public enum Precision: String, Sendable, Hashable, CaseIterable {
    case float32
    case float64

    /// The nearest number of this precision. Thresholds are compared as such: one of 0.1 lets in a
    /// Float edge of 0.1, which as a Double is longer.
    public func rounding(_ value: Double) -> Double {
        switch self {
        case .float32: Double(Float(value))
        case .float64: value
        }
    }
}

/// A flat array of real numbers in one of the two precisions; the case is the precision.
public enum Scalars: Sendable, Hashable {
    case float32([Float])
    case float64([Double])

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

    /// The value at `index`, widened. For reports and messages; loops switch over the case once.
    public subscript(index: Int) -> Double {
        switch self {
        case .float32(let values): Double(values[index])
        case .float64(let values): values[index]
        }
    }

    /// The same numbers in `precision`; narrowing rounds to nearest.
    public func converted(to precision: Precision) -> Scalars {
        switch (self, precision) {
        case (.float32, .float32), (.float64, .float64): self
        case (.float32(let values), .float64): .float64(values.map(Double.init))
        case (.float64(let values), .float32): .float32(values.map { Float($0) })
        }
    }
}
