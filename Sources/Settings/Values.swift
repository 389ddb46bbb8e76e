public import ArgumentParser

/// A number of bytes, written plainly or with a unit: `1073741824`, `1024M`, `1G`, `1GiB`. Units are
/// powers of 1024.
public struct ByteCount: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible {
    public let bytes: Int

    public init(_ bytes: Int) { self.bytes = bytes }

    public init?(argument: String) {
        let digits = argument.prefix { $0.isASCII && $0.isNumber }
        let shifts = ["": 0, "b": 0, "k": 10, "m": 20, "g": 30, "t": 40]
        var unit = argument.dropFirst(digits.count).lowercased()
        for suffix in ["ib", "b"] where unit.count == suffix.count + 1 && unit.hasSuffix(suffix) {
            unit.removeLast(suffix.count)
        }
        guard let count = Int(digits), let shift = shifts[unit] else { return nil }
        let (bytes, overflow) = count.multipliedReportingOverflow(by: 1 << shift)
        guard !overflow else { return nil }
        self.bytes = bytes
    }

    public var description: String {
        for (shift, unit) in [(40, "T"), (30, "G"), (20, "M"), (10, "K")]
        where bytes > 0 && bytes.isMultiple(of: 1 << shift) {
            return "\(bytes >> shift)\(unit)"
        }
        return "\(bytes)"
    }
}

/// A value that must not appear in logs, errors or `--help`: printing it prints a stand-in.
public struct Secret: Sendable, Hashable, ExpressibleByArgument, CustomStringConvertible,
    CustomDebugStringConvertible, CustomReflectable
{
    public let value: String

    public init(_ value: String) { self.value = value }
    public init?(argument: String) { self.value = argument }

    public var description: String { "[secret]" }
    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}
