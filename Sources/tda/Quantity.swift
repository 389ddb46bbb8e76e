/// Writes amounts for people.
package enum Quantity {
    /// `640 B`, `12.3 MiB`.
    package static func bytes(_ count: Int) -> String {
        var value = Double(count)
        var unit = "B"
        for larger in ["KiB", "MiB", "GiB", "TiB"] where value >= 1024 {
            value /= 1024
            unit = larger
        }
        return unit == "B" ? "\(count) B" : "\(decimal(value)) \(unit)"
    }

    /// `1 core`, `2 cores`.
    static func count(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }

    /// `3 ms`, `1.5 s`, `2 min 5 s`, `3 h 12 min`, `2 d 4 h`.
    package static func seconds(_ seconds: Double) -> String {
        if seconds < 0.001 { return "< 1 ms" }
        if seconds < 1 { return "\(Int((seconds * 1000).rounded())) ms" }
        if seconds < 60 { return "\(decimal(seconds)) s" }
        let whole = Int(min(seconds, 1e15))
        if whole < 3600 { return "\(whole / 60) min \(whole % 60) s" }
        if whole < 86400 { return "\(whole / 3600) h \(whole % 3600 / 60) min" }
        return "\(whole / 86400) d \(whole % 86400 / 3600) h"
    }

    /// A positive number to about three digits: `0.123`, `4.57`, `45.7`, `457`.
    static func threeDigits(_ value: Double) -> String {
        var scale = 1.0
        while value * scale < 100, scale < 1e6 { scale *= 10 }
        let rounded = (value * scale).rounded() / scale
        return rounded == rounded.rounded() && scale == 1 ? "\(Int(rounded))" : "\(rounded)"
    }

    private static func decimal(_ value: Double) -> String {
        let tenths = Int((value * 10).rounded())
        return tenths % 10 == 0 || tenths >= 1000 ? "\((tenths + 5) / 10)" : "\(tenths / 10).\(tenths % 10)"
    }
}
