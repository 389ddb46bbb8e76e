public import Hardware
public import HomologyOracle
internal import PersistentHomology
internal import TestSupport
internal import Vocabulary

/// The engine on trial: its barcode of a case against the oracle's, and against its own by other ways.
public struct Trial: Sendable {
    /// A larger case is tried against the engine's other ways only.
    public var oracleLimit: Int
    public var teamSizes: [Int]
    /// Ends the engine's computations; the trial then reports the stop as a fault.
    public var stop: StopSignal

    public init(oracleLimit: Int = 60_000, teamSizes: [Int] = [1, 2, 3], stop: StopSignal = StopSignal()) {
        self.oracleLimit = oracleLimit
        self.teamSizes = teamSizes
        self.stop = stop
    }

    /// What is wrong, with both barcodes; nil where all agree.
    public func fault(_ trial: RipsCase) -> String? {
        do {
            return try check(trial)
        } catch {
            return "failed: \(error)"
        }
    }

    private func check(_ trial: RipsCase) throws -> String? {
        let barcode = try engine(trial)
        if trial.simplexBound <= oracleLimit {
            if let fault = difference(barcode, try trial.oracleBarcode(), named: "the oracle") { return fault }
        }
        for size in teamSizes where size > 1 {
            let other = try engine(trial, team: ThreadTeam(size: size))
            if let fault = difference(other, barcode, named: "the same for 1 thread, on \(size)") { return fault }
        }
        for other in trial.disguises {
            if let fault = difference(try engine(other), barcode, named: "itself; wrong as: \(other)") {
                return fault
            }
        }
        return try faultInRepresentatives(trial, barcode)
    }

    /// Runs the engine; checks what every run promises.
    private func engine(
        _ trial: RipsCase, team: any Team = CallingThread(), representatives: Bool = false
    ) throws -> Barcode {
        let context = ComputeContext(team: team, stop: stop)
        let options = try trial.options(representatives: representatives)
        let result =
            switch trial.form {
            case .dense: try VietorisRips.barcode(of: trial.matrix(), options: options, context: context)
            case .sparse: try VietorisRips.barcode(of: trial.graph(), options: options, context: context)
            }
        if context.memory.current != 0 { throw Broken("\(context.memory.current) bytes still held at the end") }
        if context.progress.fraction != 1 { throw Broken("progress ended at \(context.progress.fraction)") }
        return result.barcode
    }

    private func faultInRepresentatives(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        let represented = try engine(trial, representatives: true)
        if let fault = difference(represented, barcode, named: "itself without representatives") { return fault }
        for size in teamSizes where size > 1 {
            let other = try engine(trial, team: ThreadTeam(size: size), representatives: true)
            if other != represented { return "representatives differ between 1 and \(size) threads" }
        }
        guard trial.simplexBound <= oracleLimit / 10 else { return nil }
        let options = try trial.options(representatives: true)
        return switch trial.form {
        case .dense:
            try Oracle.faultInRepresentatives(represented, of: trial.matrix(), options: options)
        case .sparse:
            try Oracle.faultInRepresentatives(represented, of: trial.graph(), options: options)
        }
    }

    private func difference(_ found: Barcode, _ expected: Barcode, named judge: String) -> String? {
        if found.pairs == expected.pairs, found.maxDimension == expected.maxDimension { return nil }
        let (extra, missing) = (found.pairs.without(expected.pairs), expected.pairs.without(found.pairs))
        return "differs from \(judge)\n  too many: \(extra.listed)\n  missing:  \(missing.listed)"
    }

    struct Broken: Error, CustomStringConvertible {
        let description: String
        init(_ description: String) { self.description = description }
    }
}

extension RipsCase {
    /// At most this many simplices stand before the oracle.
    var simplexBound: Int {
        var (bound, simplices) = (0, 1)
        for size in 1...maxDimension + 2 where size <= count {
            simplices = simplices * (count - size + 1) / size
            bound += simplices
            if bound > 1 << 40 { break }
        }
        return bound
    }

    /// Inputs with the same barcode that take another way through the engine.
    fileprivate var disguises: [RipsCase] {
        var others = [renumbered(seed: seed &+ 1), inForm(form == .dense ? .sparse : .dense)]
        if precision == .float32 { others.append(inPrecision(.float64)) }
        // A dense matrix stops at the enclosing radius, from which on the complex is a cone; a graph
        // that has no threshold does not, and comes to the same.
        return others
    }
}

extension [PersistencePair] {
    /// The elements that are left when each of `others` has struck out an equal one.
    fileprivate func without(_ others: Self) -> Self {
        var counts: [PersistencePair: Int] = [:]
        for other in others { counts[other, default: 0] += 1 }
        return filter { pair in
            counts[pair, default: 0] -= 1
            return counts[pair]! < 0
        }
    }

    fileprivate var listed: String {
        isEmpty ? "none" : map { "[\($0.birth), \($0.death))^\($0.dimension)" }.joined(separator: " ")
    }
}
