/// Who asks. Clients share the machine fairly, whatever the size and number of their requests.
public struct ClientID: Sendable {
    /// Tells clients apart.
    public let number: UInt64
    /// For people, as `status` shows it.
    public let name: String
    /// The system's number of the user whose it is.
    public let user: UInt32

    public init(number: UInt64, name: String, user: UInt32 = 0) {
        self.number = number
        self.name = name
        self.user = user
    }
}

extension ClientID: Hashable {
    public static func == (a: Self, b: Self) -> Bool { a.number == b.number }
    public func hash(into hasher: inout Hasher) { hasher.combine(number) }
}
