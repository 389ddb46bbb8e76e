import ArgumentParser
import Testing
import Vocabulary
import tda

/// What parsing says is wrong, or "" where nothing is.
private func complaint(_ arguments: [String]) -> String {
    do {
        _ = try AlphaOptions.parse(arguments)
        return ""
    } catch {
        return AlphaOptions.message(for: error)
    }
}

struct AlphaOptionsTests {
    @Test func `the defaults`() throws {
        let alpha = try AlphaOptions.parse([])
        #expect(try alpha.options() == AlphaComplexOptions())
        #expect(alpha.shared.threads == nil)
    }

    @Test func `every option`() throws {
        let alpha = try AlphaOptions.parse([
            "--max-alpha-value", "0.5", "--max-dimension", "2", "--field", "3", "--threads", "4",
        ])
        let expected = try AlphaComplexOptions(
            maxDimension: 2, maxAlphaValue: 0.5, field: CoefficientField(modulus: 3))
        #expect(try alpha.options() == expected)
        #expect(alpha.shared.threads == 4)
    }

    @Test(arguments: [
        (["--max-dimension", "-1"], "--max-dimension: -1 is not from 0 to 64"),
        (["--max-alpha-value", "-0.5"], "--max-alpha-value: -0.5 is not a number ≥ 0"),
        (["--max-alpha-value", "nan"], "--max-alpha-value: nan is not a number ≥ 0"),
        (["--field", "4"], "--field: 4 is not prime, 2 divides it"),
        (["--threads", "0"], "--threads: 0 is not a number ≥ 1"),
        (["--max-edge-length", "1"], "--max-edge-length"),
    ])
    func `a bad value is named with its flag`(arguments: [String], message: String) {
        #expect(complaint(arguments).contains(message))
    }
}
