public import Hardware
public import Vocabulary

/// Why a computation ended without a barcode.
public enum HomologyError: Error, Sendable, Hashable {
    case invalidInput(InvalidInput)
    case stopped(StopReason)
    case memory(MemoryBudgetExceeded)
    /// The input passes a limit of the implementation, which the text names.
    case unsupported(String)
}
