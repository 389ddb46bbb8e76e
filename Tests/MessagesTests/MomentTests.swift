import FoundationEssentials
import Messages
import Testing

/// Moments as the contract writes them.
@Suite struct MomentTests {
    /// Midnights and ends of days, months, leap years and centuries; before 1970; fractions.
    @Test(arguments: [
        "1970-01-01T00:00:00.000Z", "1969-12-31T23:59:59.999Z", "2000-02-29T12:34:56.789Z",
        "1900-02-28T23:59:59.001Z", "1900-03-01T00:00:00.000Z", "2026-11-25T18:41:07.123Z",
        "2100-12-31T23:59:59.999Z", "2024-12-31T00:00:00.500Z", "3900-07-04T01:02:03.004Z",
    ])
    func comeOutAsTheyWentIn(text: String) throws {
        let date = try #require(EventTime(text)).date
        #expect(date.contractText == text)
    }

    /// Foundation's style says the same of any day.
    @Test func agreeWithFoundation() {
        let style = Date.ISO8601FormatStyle(includingFractionalSeconds: true)
        for day in stride(from: -140_000.0, to: 700_000, by: 379) {
            let date = Date(timeIntervalSince1970: day * 86_400 + 4321)
            #expect(date.contractText == date.formatted(style))
        }
    }
}
