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
            if let fault = difference(barcode, try trial.oracleBarcode(), named: "the oracle") {
                return fault
            }
        }
        for size in teamSizes where size > 1 {
            let other = try engine(trial, team: ThreadTeam(size: size))
            if let fault = difference(other, barcode, named: "1 thread, on \(size)") { return fault }
            if other.bits != barcode.bits { return "bytes differ between 1 and \(size) threads" }
        }
        if let fault = try faultFromSquare(trial, barcode) { return fault }
        if let fault = try faultInOtherWays(trial, barcode) { return fault }
        for other in trial.disguises {
            if let fault = difference(try engine(other), barcode, named: "itself; wrong as: \(other)") {
                return fault
            }
        }
        if let fault = try faultInALargerGraph(trial, barcode) { return fault }
        if let fault = try faultInLess(trial, barcode) { return fault }
        return try faultInRepresentatives(trial, barcode)
    }

    /// Distances that are left where ranks will stand make no other barcode than a matrix.
    private func faultFromSquare(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        let team = ThreadTeam(size: teamSizes[Int(trial.seed % UInt64(teamSizes.count))])
        let context = ComputeContext(team: team, stop: stop)
        guard let other = try trial.resultFromSquare(context: context)?.barcode else { return nil }
        if let fault = difference(other, barcode, named: "itself, from a matrix") { return fault }
        return other.bits == barcode.bits ? nil : "bytes differ from a square"
    }

    /// The engine takes one of two ways to the dimensions from 2 on, small cases nearly always the same.
    private func faultInOtherWays(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        guard trial.maxDimension >= 2 else { return nil }
        let size = teamSizes[Int(trial.seed % UInt64(teamSizes.count))]
        for way in [HigherDimensionsWay.homology, .cohomology] {
            let other = try engine(trial, team: ThreadTeam(size: size), way: way)
            if let fault = difference(other, barcode, named: "itself, by \(way) on \(size) threads") {
                return fault
            }
            if other.bits != barcode.bits { return "bytes differ by \(way)" }
        }
        return nil
    }

    /// Scattered among many vertices, simplices need longer keys; each of the others is a bar of its own.
    private func faultInALargerGraph(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        guard let total = trial.largerCount else { return nil }
        let graph = try trial.graph(among: total)
        let found = try VietorisRips.barcode(
            of: graph, options: trial.options(), context: ComputeContext(stop: stop)
        ).barcode
        let alone = PersistencePair(dimension: 0, birth: 0, death: .infinity)
        let expected = Barcode(
            maxDimension: barcode.maxDimension,
            pairs: barcode.pairs + Array(repeating: alone, count: total - trial.count))
        return difference(found, expected, named: "itself, among \(total) vertices")
    }

    /// A dimension less has the bars of those that are left; a lower threshold cuts the bars off there.
    private func faultInLess(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        if trial.maxDimension > 0 {
            var lower = trial
            lower.maxDimension -= 1
            let expected = Barcode(
                maxDimension: lower.maxDimension,
                pairs: barcode.pairs.filter { $0.dimension <= lower.maxDimension })
            if let fault = difference(try engine(lower), expected, named: "itself, of lower dimensions") {
                return fault
            }
        }
        let lengths = trial.lengths.filter { $0 < .infinity && $0 <= trial.threshold ?? .infinity }.sorted()
        guard !lengths.isEmpty else { return nil }
        var shorter = trial
        let cut = lengths[Int(trial.seed % UInt64(lengths.count))]
        // A vertex that appears later would be alone for ever.
        guard trial.births?.allSatisfy({ $0 <= cut }) ?? true else { return nil }
        shorter.threshold = cut
        let expected = Barcode(
            maxDimension: trial.maxDimension,
            pairs: barcode.pairs.filter { $0.dimension == 0 || $0.birth <= cut }.map { pair in
                PersistencePair(
                    dimension: pair.dimension, birth: pair.birth,
                    death: pair.death <= cut ? pair.death : .infinity)
            })
        return difference(try engine(shorter), expected, named: "itself, cut off at \(cut)")
    }

    /// Runs the engine; checks what every run promises.
    private func engine(
        _ trial: RipsCase, team: any Team = CallingThread(), representatives: Bool = false,
        way: HigherDimensionsWay? = nil
    ) throws -> Barcode {
        let context = ComputeContext(team: team, stop: stop)
        let result = try trial.engineResult(context: context, representatives: representatives, way: way)
        if context.memory.current != 0 {
            throw Broken("\(context.memory.current) bytes still held at the end")
        }
        if context.progress.fraction != 1 { throw Broken("progress ended at \(context.progress.fraction)") }
        return result.barcode
    }

    private func faultInRepresentatives(_ trial: RipsCase, _ barcode: Barcode) throws -> String? {
        let represented = try engine(trial, representatives: true)
        if let fault = difference(represented, barcode, named: "itself without representatives") {
            return fault
        }
        for size in teamSizes where size > 1 {
            let other = try engine(trial, team: ThreadTeam(size: size), representatives: true)
            if other != represented || other.bits != represented.bits {
                return "representatives differ between 1 and \(size) threads"
            }
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

    /// For some cases: how many vertices to scatter it among, so that their numbers take 9, 13 or 17 bits.
    fileprivate var largerCount: Int? {
        switch seed % 64 {
        case 0...7: max(400, 2 * count)
        case 8...11: 5000
        case 12: 70_000
        default: nil
        }
    }

    /// Inputs with the same barcode that take another way through the engine.
    fileprivate var disguises: [RipsCase] {
        // Without a threshold, a matrix stops at the enclosing radius and a graph does not; from there on the
        // complex is a cone, so it comes to the same.
        var others = [renumbered(seed: seed &+ 1), inForm(form == .dense ? .sparse : .dense)]
        if precision == .float32 { others.append(inPrecision(.float64)) }
        return others
    }
}

extension Barcode {
    /// Tells −0 from 0, as `==` does not.
    fileprivate var bits: [UInt64] { pairs.flatMap { [$0.birth.bitPattern, $0.death.bitPattern] } }
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
