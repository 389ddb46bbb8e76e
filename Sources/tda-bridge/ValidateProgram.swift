import ArgumentParser
import Formats
import Schemas
import Settings
import Vocabulary

/// `tda-bridge validate`: checks messages, one a line, before somebody publishes them.
struct ValidateProgram: Program {
    static let configuration = CommandConfiguration(
        commandName: "tda-bridge validate",
        abstract: "Checks messages on standard input, one a line, against the schema of a topic.",
        discussion:
            "Prints a line for each: ok, or what is wrong and where. Exits with 65 when one is wrong.",
        version: platformVersion)

    static let variables: [Variable] = Variable.common

    @OptionGroup var common: CommonOptions
    @Argument(help: "tda_jobs, tda_results, tda_events or tda_requests.", transform: Self.schema)
    var topic: MessageSchema

    private static func schema(named name: String) throws -> MessageSchema {
        guard let schema = MessageSchema(rawValue: name) else {
            let known = MessageSchema.allCases.map(\.rawValue).joined(separator: ", ")
            throw ValidationError("there is no schema of \(name); known: \(known)")
        }
        return schema
    }

    func run() async throws {
        let schema = try topic.compiled()
        var areAllRight = true
        while let line = readLine() {
            let verdict: String
            do {
                verdict = schema.mismatch(in: try JSONValue(parsing: Array(line.utf8)))?.description ?? "ok"
            } catch {
                verdict = "not JSON: \(error)"
            }
            if verdict != "ok" { areAllRight = false }
            print(verdict)
        }
        if !areAllRight { throw ExitCode(65) }
    }
}
