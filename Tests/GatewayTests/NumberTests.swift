import HTTPTypes
import HummingbirdTesting
import NIOCore
import SeededRandom
import Testing
import Vocabulary

/// Numbers in bodies are rounded exactly as the standard library rounds them.
@Suite struct NumberTests {
    static let awkward = [
        "0", "-0", "0.0", "1", "-1", "10", "1e0", "1E+2", "1e-2", "0.1", "0.2", "0.3", "123.456e-7",
        "9007199254740993", "9007199254740993.0", "18446744073709551615", "99999999999999999999",
        "0.1000000000000000055511151231257827021181583404541015625", "2.2250738585072014e-308", "5e-324",
        "2.4703282292062327e-324", "1.7976931348623157e308", "4.35", "0.000001", "1e22", "1e23",
        "8.98846567431158e307", "3.0000000000000000000000000001", "0.30000000000000004",
        "7.2057594037927933e16", "1.00000000000000011102230246251565404", "6.631236846766476e-316",
    ]

    @Test func roundsToNearest() async throws {
        var random = SplitMix64(seed: 1)
        var texts = Self.awkward
        for _ in 0..<2000 {
            texts.append(Double.random(in: -1...1, using: &random).description)
            texts.append(Double.random(in: 0...1e6, using: &random).description)
            let digits = (0..<Int.random(in: 1...19, using: &random)).map { _ in
                String(Int.random(in: 0...9, using: &random))
            }
            texts.append("0." + digits.joined())
            texts.append("\(Int.random(in: 0...1 << 62, using: &random)).5")
        }
        let daemon = FakeCompute()
        let body =
            #"{"parameters": {"precision": "float64"}, "point_cloud": {"points": [["#
            + texts.joined(separator: " ,\n") + "]]}}"
        try await withGateway(daemon) { client in
            try await #expect(client.post(computePath, body).status == .ok)
        }
        guard case .points(let cloud) = try #require(daemon.requests.first).input,
            case .float64(let values) = cloud.coordinates
        else {
            Issue.record("no points arrived")
            return
        }
        #expect(values.count == texts.count)
        for (text, value) in zip(texts, values) {
            #expect(value.bitPattern == Double(text)?.bitPattern, "\(text)")
        }
    }
}
