internal import ArgumentParser
internal import Foundation
internal import HomologyOracle
internal import RipsTrials

/// Sets the engine against the slow oracle, and its ways against one another, on one random input
/// after another. Stops at the first failure and prints it, cut down.
@main
struct FuzzRips: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fuzz-rips",
        abstract: "Hunt for inputs on which the Vietoris–Rips engine is wrong.",
        discussion: """
            Prints the first failing input, cut down, as a text that --replay reads again. Exit codes: 0 all
            agreed; 1 a wrong barcode; 2 a computation that takes longer than --limit. A crash names its seed.
            """)

    @Option(help: "The first seed.") var seedFrom: UInt64 = 1
    @Option(help: "How many seeds; the time limit may come first.") var seeds: UInt64 = .max
    @Option(help: "The most vertices of an input; dimension bounds them too.") var maxPoints = 24
    @Option(help: "The highest homology dimension asked for.") var maxDimension = 4
    @Option(help: "Stop after this many seconds.") var seconds = 60.0
    @Option(help: "Only this family: \(InputFamily.allCases.map(\.rawValue).joined(separator: ", ")).")
    var family: String?
    @Option(
        help:
            "Allow larger inputs than the oracle can judge: the engine against itself, up to this many vertices."
    )
    var large: Int?
    @Option(help: "Seconds that one trial may take.") var limit = 20.0
    @Option(help: "Try the input in this file instead.") var replay: String?
    @Flag(help: "Print every input before it is tried.") var verbose = false
    @Flag(help: "Go on after a failure, and count.") var keepGoing = false
    @Flag(help: "Print failing inputs as they are.") var noShrink = false

    func validate() throws {
        if let family, InputFamily(rawValue: family) == nil { throw ValidationError("no family \(family)") }
        if maxPoints < 1 { throw ValidationError("--max-points must be at least 1") }
        if maxDimension < 0 { throw ValidationError("--max-dimension must be at least 0") }
    }

    func run() throws {
        let watch = Watch(limit: limit)
        if let replay {
            let text = try String(contentsOfFile: replay, encoding: .utf8)
            guard let input = RipsCase(text: text) else { throw ValidationError("\(replay) is not an input") }
            if report(input, watch) { throw ExitCode(1) }
            print("no fault")
            return
        }
        let start = ContinuousClock.now
        var (tried, failed): (UInt64, Int) = (0, 0)
        while tried < seeds, ContinuousClock.now - start < .seconds(seconds) {
            if report(input(seed: seedFrom &+ tried), watch) {
                failed += 1
                if !keepGoing { throw ExitCode(1) }
            }
            tried += 1
        }
        let time = ContinuousClock.now - start
        print("\(tried) inputs from seed \(seedFrom), \(failed) failures, \(time)")
        if failed > 0 { throw ExitCode(1) }
    }

    private func input(seed: UInt64) -> RipsCase {
        var limits = CaseLimits(maxPoints: maxPoints, maxDimension: maxDimension)
        limits.engineOnly = large
        guard let family = family.flatMap(InputFamily.init(rawValue:)) else {
            return .random(seed: seed, limits: limits)
        }
        return .random(family, seed: seed, limits: limits)
    }

    /// Whether the engine failed on `input`.
    private func report(_ input: RipsCase, _ watch: Watch) -> Bool {
        if verbose { print(input) }
        func fault(_ input: RipsCase) -> String? {
            watch.during(input) { Trial(stop: $0).fault(input) }
        }
        guard let found = fault(input) else { return false }
        print("FAILED \(input)\n\(found)")
        guard !noShrink else { return true }
        let small = input.shrunk { fault($0) != nil }
        print("cut down to:\n\(small.text)\(fault(small) ?? "")")
        return true
    }
}
