public import Hardware
public import Vocabulary

/// Why distances could not be computed.
public enum DistanceError: Error, Sendable, Hashable {
    case invalidInput(InvalidInput)
    case stopped(StopReason)
    case memory(MemoryBudgetExceeded)
}
