import ArgumentParser
import FoundationEssentials
import Settings
import Testing

private struct Example: Program {
    static let configuration = CommandConfiguration(commandName: "example", version: "1.2.3")
    static let variables: [Variable] = Variable.common + [.threads, .memoryLimit, .apiTokens]

    @OptionGroup var common: CommonOptions
    @Option(.threads) var threads: Int?
    @Option(.memoryLimit) var memoryLimit = ByteCount(1 << 30)
    @Option(.apiTokens) var apiTokens: Secret?
}

private func withFile<R>(_ text: String, _ body: (String) throws -> R) throws -> R {
    let url = FileManager.default.temporaryDirectory.appending(path: "settings-\(UUID().uuidString).env")
    try Data(text.utf8).write(to: url)
    defer { try? FileManager.default.removeItem(at: url) }
    return try body(url.path)
}

/// What configuring says is wrong.
private func complaint(_ arguments: [String] = [], _ environment: [String: String] = [:]) -> String {
    do {
        _ = try Example.configured(arguments: arguments, environment: environment)
        return ""
    } catch let error as SettingsError {
        return error.description
    } catch {
        return Example.message(for: error)
    }
}

struct ProgramTests {
    @Test func `defaults hold when nothing is said`() throws {
        let program = try Example.configured(arguments: [], environment: [:])
        #expect(program.threads == nil)
        #expect(program.memoryLimit.bytes == 1 << 30)
        #expect(program.common.logLevel == .info)
        #expect(program.common.logFormat == .text)
    }

    @Test func `a flag wins over the environment, the environment over the file`() throws {
        try withFile("TDA_THREADS=1\nTDA_MEMORY_LIMIT='1M'\n# a comment\n\nLOG_LEVEL = debug\n") { path in
            let environment = ["TDA_CONFIG": path, "TDA_THREADS": "2", "TDA_MEMORY_LIMIT": "2M"]
            let program = try Example.configured(arguments: ["--threads", "3"], environment: environment)
            #expect(program.threads == 3)
            #expect(program.memoryLimit.bytes == 2 << 20)
            #expect(program.common.logLevel == .debug)
        }
    }

    @Test func `the file may be named by a flag`() throws {
        try withFile("TDA_THREADS=5") { path in
            for arguments in [["--config", path], ["--config=\(path)"]] {
                let program = try Example.configured(arguments: arguments, environment: [:])
                #expect(program.threads == 5)
            }
        }
    }

    @Test func `a variable set to nothing is not set`() throws {
        let program = try Example.configured(arguments: [], environment: ["TDA_THREADS": ""])
        #expect(program.threads == nil)
    }

    @Test func `an unknown variable is refused with the nearest known one`() {
        #expect(
            complaint([], ["TDA_THREAD": "2"])
                == "the environment sets TDA_THREAD, which is no setting; did you mean TDA_THREADS?")
    }

    @Test func `another program's variables and other people's are passed over`() {
        #expect(complaint([], ["TDA_HTTP_PORT": "80", "PATH": "/bin", "TDA_WARNINGS_AS_ERRORS": "1"]) == "")
    }

    @Test func `a bad value is named with where it stands`() throws {
        #expect(complaint([], ["TDA_THREADS": "two"]).hasPrefix("TDA_THREADS, set by the environment: "))
        #expect(complaint([], ["LOG_LEVEL": "loud"]).contains("'loud'"))
        try withFile("LOG_LEVEL=info\nTDA_MEMORY_LIMIT=lots") { path in
            #expect(
                complaint(["--config", path]).hasPrefix("TDA_MEMORY_LIMIT, set by \(path) line 2: "))
        }
    }

    @Test func `a bad flag is ArgumentParser's to explain`() {
        #expect(complaint(["--threads", "two"]).contains("--threads"))
        #expect(complaint(["--threds", "2"], ["TDA_THREADS": "1"]).contains("--threads"))
    }

    @Test func `a malformed or missing file is named`() throws {
        try withFile("\nTDA_THREADS\n") { path in
            #expect(
                complaint(["--config", path]) == "\(path) line 2: expected NAME=VALUE, found \"TDA_THREADS\"")
        }
        try withFile("TDA_SOKET=/tmp/s") { path in
            #expect(complaint(["--config", path]).hasSuffix("did you mean TDA_SOCKET?"))
        }
        #expect(
            complaint(["--config", "/nowhere/x"])
                == "cannot read the configuration file /nowhere/x: there is no such file")
    }

    @Test func `help names flags, variables and defaults`() {
        let help = Example.helpMessage()
        #expect(help.contains("--memory-limit <bytes>"))
        #expect(help.contains("[TDA_MEMORY_LIMIT]"))
        #expect(help.contains("(default: 1G)"))
    }

    @Test func `help and version are given whatever the environment holds`() {
        #expect(complaint(["--version"], ["TDA_BOGUS": "1"]) == "1.2.3")
    }

    @Test func `a secret does not print`() throws {
        let program = try Example.configured(arguments: [], environment: ["TDA_API_TOKENS": "hush"])
        #expect(program.apiTokens?.value == "hush")
        var dumped = "\(program.apiTokens.debugDescription)"
        dump(program.apiTokens, to: &dumped)
        #expect(!dumped.contains("hush"))
    }
}
