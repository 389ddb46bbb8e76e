import ArgumentParser
import Formats

/// How what is no barcode is written.
enum ReportFormat: String, CaseIterable, ExpressibleByArgument {
    case text, json

    /// One JSON object on a line.
    static func json(_ members: (inout JSONText) -> Void) -> [UInt8] {
        var json = JSONText()
        json.object(members)
        return json.bytes + [UInt8(ascii: "\n")]
    }
}
