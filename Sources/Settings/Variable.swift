public import ArgumentParser

/// One thing a person can configure. The same setting is an environment variable, a line of the
/// configuration file under that name, and a flag: `TDA_HTTP_PORT` is `--http-port`, `LOG_LEVEL` is
/// `--log-level`.
public struct Variable: Sendable, Hashable {
    /// Its name in the environment and in a file.
    public let name: String
    /// What `--help` calls its value.
    public let valueName: String
    /// One or two sentences for `--help`.
    public let help: String

    public init(_ name: String, _ valueName: String, _ help: String) {
        self.name = name
        self.valueName = valueName
        self.help = help
    }

    /// Its flag, without the dashes.
    public var flag: String {
        let short = name.hasPrefix(Self.prefix) ? name.dropFirst(Self.prefix.count) : name[...]
        return String(short.lowercased().map { $0 == "_" ? "-" : $0 })
    }

    /// Variables that start with this are ours: one that nobody knows is a mistake.
    static let prefix = "TDA_"

    var argumentHelp: ArgumentHelp { ArgumentHelp("\(help) [\(name)]", valueName: valueName) }
}

extension Option where Value: ExpressibleByArgument {
    /// An option that stands for `variable`; required unless it has a default.
    public init(_ variable: Variable) {
        self.init(name: .customLong(variable.flag), help: variable.argumentHelp)
    }

    /// An option that stands for `variable`, with a default that `--help` shows.
    public init(wrappedValue: Value, _ variable: Variable) {
        self.init(
            wrappedValue: wrappedValue, name: .customLong(variable.flag), help: variable.argumentHelp)
    }
}

extension Option {
    /// An option that stands for `variable` and may be left out.
    public init<Wrapped: ExpressibleByArgument>(_ variable: Variable) where Value == Wrapped? {
        self.init(name: .customLong(variable.flag), help: variable.argumentHelp)
    }
}
