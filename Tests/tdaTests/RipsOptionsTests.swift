import ArgumentParser
import Testing
import Vocabulary
import tda

/// What parsing says is wrong, or "" where nothing is.
private func complaint(_ arguments: [String]) -> String {
    do {
        _ = try RipsOptions.parse(arguments)
        return ""
    } catch {
        return RipsOptions.message(for: error)
    }
}

struct RipsOptionsTests {
    @Test func `the defaults`() throws {
        let rips = try RipsOptions.parse([])
        #expect(try rips.options(representatives: false) == VietorisRipsOptions())
        #expect(rips.shared.threads == nil)
    }

    @Test func `every option`() throws {
        let rips = try RipsOptions.parse([
            "--max-dimension", "2", "--max-edge-length", "1.5", "--metric", "minkowski", "--p", "3",
            "--field", "3", "--threads", "4", "--precision", "float64",
        ])
        let expected = try VietorisRipsOptions(
            maxDimension: 2, maxEdgeLength: 1.5, metric: .minkowski(p: 3),
            field: CoefficientField(modulus: 3),
            precision: .float64, representatives: true)
        #expect(try rips.options(representatives: true) == expected)
        #expect(rips.shared.threads == 4)
    }

    @Test func `weights and a subsample`() throws {
        let measured = try RipsOptions.parse(["--weights", "dtm", "--neighbours", "5", "--subsample", "9"])
        #expect(
            try measured.options(representatives: false)
                == VietorisRipsOptions(
                    weighting: Weighting(.distanceToMeasure(neighbours: 5, r: 2)), subsample: 9))
        #expect(measured.weightsFile == nil)
        let given = try RipsOptions.parse(["--weights", "w.txt", "--weight-p", "infinity"])
        #expect(
            try given.options(representatives: false)
                == VietorisRipsOptions(weighting: Weighting(.given, exponent: .infinity)))
        #expect(given.weightsFile == "w.txt")
    }

    @Test(arguments: [
        (["--max-dimension", "-1"], "--max-dimension: -1 is not from 0 to 64"),
        (["--max-edge-length", "-0.5"], "--max-edge-length: -0.5 is not a number ≥ 0"),
        (["--max-edge-length", "nan"], "--max-edge-length: nan is not a number ≥ 0"),
        (["--field", "4"], "--field: 4 is not prime, 2 divides it"),
        (["--metric", "taxi"], "--metric: unknown metric \"taxi\""),
        (["--metric", "minkowski"], "--p: minkowski needs an exponent p ≥ 1"),
        (["--subsample", "0"], "--subsample: 0 points; at least 1 is needed"),
        (["--weights", "dtm", "--neighbours", "0"], "--neighbours: 0 is not a number ≥ 1"),
        (["--weights", "dtm", "--dtm-r", "0.5"], "--dtm-r: 0.5 is not a finite number ≥ 1"),
        (["--weights", "dtm", "--weight-p", "3"], "The value '3' is invalid"),
        (["--threads", "0"], "--threads: 0 is not a number ≥ 1"),
        (["--precision", "float16"], "The value 'float16' is invalid"),
    ])
    func `a bad value is named with its flag`(arguments: [String], message: String) {
        #expect(complaint(arguments).contains(message))
    }
}
