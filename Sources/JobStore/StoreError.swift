/// What a store throws.
public enum StoreError: Error, Hashable, CustomStringConvertible {
    /// It cannot be reached or written now; trying again later may help.
    case unavailable(String)
    /// The disk or the quota is full.
    case full
    /// It was written by a later version of the program.
    case newer(found: String)
    /// A row that makes no sense, or a bug.
    case broken(String)

    public var description: String {
        switch self {
        case .unavailable(let reason): "the store does not answer: \(reason)"
        case .full: "the store's disk is full"
        case .newer(let found):
            "the store was migrated by a later version (\(found)); run that version or a later one"
        case .broken(let reason): "the store is broken: \(reason)"
        }
    }
}
