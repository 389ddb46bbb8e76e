public import ArgumentParser
import FoundationEssentials
import Glibc
import Vocabulary

/// A program whose options come from flags, the environment, a file and defaults, in that order.
///
/// It declares each option once, `@Option(.threads) var threads: Int?`, lists in `variables` those that
/// it declares, and calls `await TheProgram.main()`. Help, version and parsing are ArgumentParser's.
public protocol Program: AsyncParsableCommand {
    /// The settings that this program declares as options.
    static var variables: [Variable] { get }
    var common: CommonOptions { get }
}

extension Program {
    /// Reads the configuration, starts logging, and runs. A bad configuration ends the process with
    /// status 64, and an error that `run` throws with status 1, each with one line on standard error.
    public static func main() async { await main(with: Array(CommandLine.arguments.dropFirst())) }

    /// The same with these arguments, without the program's name.
    public static func main(with arguments: [String]) async {
        let command: Self
        do {
            command = try configured(
                arguments: arguments, environment: ProcessInfo.processInfo.environment)
        } catch let error as SettingsError {
            fail(error, status: EX_USAGE)
        } catch {
            exit(withError: error)
        }
        do {
            LineLogHandler.bootstrap(level: command.common.logLevel, format: command.common.logFormat)
            var running = command
            try await running.run()
        } catch let error where error is ExitCode || error is CleanExit || error is ValidationError {
            exit(withError: error)
        } catch {
            fail(error, status: EXIT_FAILURE)
        }
    }

    /// The program as `arguments`, `environment` and the configuration file describe it.
    ///
    /// - Throws: `SettingsError`, or ArgumentParser's errors for what is wrong with the arguments
    ///   themselves and for `--help` and `--version`.
    package static func configured(arguments: [String], environment: [String: String]) throws -> Self {
        // Help and version are given whatever the environment holds.
        if !Set(arguments).isDisjoint(with: ["--help", "-h", "--version"]) { return try parse(arguments) }

        let path = Self.value(of: .config, in: arguments) ?? environment[Variable.config.name]
        let file: ConfigurationFile? =
            if let path, !path.isEmpty { try ConfigurationFile(path: path) } else { nil }
        let entries = try Layers(environment: environment, file: file, variables: variables).entries

        // Of two values for one option the last one counts, so that what weighs more comes later.
        func flags(_ entries: ArraySlice<Layers.Entry>) -> [String] {
            entries.map { "--\($0.variable.flag)=\($0.value)" }
        }
        do {
            return try parse(flags(entries[...]) + arguments)
        } catch let failure {
            // Name the entry with which it begins to fail. If the arguments fail by themselves, they are
            // what to talk about.
            guard (try? parse(arguments)) != nil else { throw failure }
            for index in entries.indices {
                do {
                    _ = try parse(flags(entries[...index]) + arguments)
                } catch {
                    throw SettingsError.badValue(
                        name: entries[index].variable.name, source: entries[index].source,
                        reason: message(for: error))
                }
            }
            throw failure
        }
    }

    /// The value of a flag in `arguments`, before they are parsed properly.
    private static func value(of variable: Variable, in arguments: [String]) -> String? {
        let flag = "--\(variable.flag)"
        for (index, argument) in arguments.enumerated().reversed() {
            if argument == flag, index + 1 < arguments.count { return arguments[index + 1] }
            if argument.hasPrefix(flag + "=") { return String(argument.dropFirst(flag.count + 1)) }
        }
        return nil
    }

    private static func fail(_ error: any Error, status: Int32) -> Never {
        let message = (error as? Failure)?.message ?? "\(error)"
        StandardError.writeLine("\(_commandName): \(message)")
        Glibc.exit(status)
    }
}
