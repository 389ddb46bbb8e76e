import Formats
import SeededRandom
import Testing
import Vocabulary

/// The numbers of a one-column text.
private func numbers(_ texts: [String]) throws -> [Double] {
    let text = texts.joined(separator: "\n")
    guard case .points(let cloud) = try parse(text, .points), case .float64(let values) = cloud.coordinates
    else { return [] }
    return values
}

struct NumbersTests {
    /// Each of these is rounded wrongly by some well-known shortcut.
    @Test(arguments: [
        "0", "-0", "1", "0.1", "0.3", "123456789.123456789", "9007199254740993", "9007199254740993.0",
        "0.5000000000000001665334536937734810635447502136230468750", "1e22", "1e23", "8.5e-23",
        "2.2250738585072011e-308", "2.2250738585072014e-308", "4.9e-324", "2.4703282292062327e-324",
        "1.7976931348623157e308", "179769313486231570000e288", "0.000000000000000000000000000012345",
        "6.631236871469758276785396630275967e-4", "1448997445238699", "1.448997445238699",
        "18446744073709551615", "1844674407370955161.5", "9999999999999999999", "0.9999999999999999999",
        "00000000000000000000000000000000001.5", "1e-27", "9007199254740992e-27", "1e+5", "1E-5",
    ])
    func `numbers are rounded to nearest`(text: String) throws {
        #expect(try numbers([text]).first?.bitPattern == Double(text)?.bitPattern)
    }

    @Test func `every double survives being written and read, as text and as JSON`() throws {
        var random = SplitMix64(seed: 7)
        let values = (0..<20_000).map { index -> Double in
            // Half of them any finite double, half of them everyday ones with up to 17 digits.
            guard index.isMultiple(of: 2) else { return Double.random(in: -10...10, using: &random) }
            let value = Double(bitPattern: random.next())
            return value.isFinite ? value : 0
        }
        let texts = values.map(\.description)
        #expect(try numbers(texts) == values)
        let json = "[" + texts.map { "[\($0)]" }.joined(separator: ",") + "]"
        #expect(try parse(json, .points) == points(values.map { [$0] }))
    }

    @Test func `decimals without an exponent are rounded to nearest in JSON, whatever stands behind them`()
        throws
    {
        var random = SplitMix64(seed: 9)
        func digits(_ count: Int) -> String {
            String(
                (0..<count).map { _ in Character(UnicodeScalar(UInt8.random(in: 48...57, using: &random))) })
        }
        let texts = (0..<20_000).map { index -> String in
            let whole = String(Int.random(in: 0...1_000_000, using: &random) >> (index % 21))
            let decimals = Int.random(in: 0...24, using: &random)
            return (index.isMultiple(of: 3) ? "-" : "") + whole + (decimals > 0 ? "." + digits(decimals) : "")
        }
        let endings = ["", " ", "\n", ",1", ", 1"]
        let rows = texts.indices.map { "[\(texts[$0])\(endings[$0 / 4000])]" }
        for part in stride(from: 0, to: texts.count, by: 4000) {
            let numbers = texts[part..<part + 4000].compactMap(Double.init)
            let json = "[\(rows[part..<part + 4000].joined(separator: ", "))]"
            #expect(try parse(json, .points) == points(numbers.map { part < 12_000 ? [$0] : [$0, 1] }))
        }
    }

    @Test(arguments: ["1.", ".5", "-", "01", "-01.5", "1.e5", "1e", "+1", "1 2", "0x1", "1.5.2", "--1"])
    func `what is no number in JSON is refused`(text: String) {
        #expect(throws: FormatError.self) { try parse("[[0.25, \(text)]]", .points) }
    }

    @Test func `decimals of any length are rounded to nearest`() throws {
        var random = SplitMix64(seed: 8)
        let texts = (0..<20_000).map { _ -> String in
            let digits = (0..<Int.random(in: 1...24, using: &random)).map { _ in
                Character(UnicodeScalar(UInt8.random(in: 48...57, using: &random)))
            }
            let exponent = Int.random(in: -40...30, using: &random)
            return "0." + String(digits) + "e\(exponent)"
        }
        #expect(try numbers(texts) == texts.compactMap(Double.init))
    }
}
