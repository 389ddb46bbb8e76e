public import ArgumentParser

/// The settings that every long-running program has.
public struct CommonOptions: ParsableArguments {
    @Option(.socket) public var socket: String?
    @Option(.config) public var config: String?
    @Option(.logLevel) public var logLevel: LogLevel = .info
    @Option(.logFormat) public var logFormat: LogFormat = .text

    public init() {}
}
