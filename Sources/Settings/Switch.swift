public import ArgumentParser

/// A setting that is on or off.
public enum Switch: String, Sendable, CaseIterable, ExpressibleByArgument {
    case on, off
}
