public import Vocabulary

/// What each way of computing takes on one machine, as it was measured there.
public struct Calibration: Sendable, Hashable {
    /// The hardware and the program it was measured with: a calibration for another is worth nothing.
    public let fingerprint: String
    /// How many threads worked together on the host.
    public let threads: Int
    public let rates: [MeasuredRate]

    public init(fingerprint: String, threads: Int, rates: [MeasuredRate]) {
        self.fingerprint = fingerprint
        self.threads = threads
        self.rates = rates
    }

    /// Seconds for a unit of `work` by `backend`, between the dimensions (for edges: the numbers of points) that were
    /// measured along a straight line; nil where `backend` was not.
    public func seconds(_ work: MeasuredRate.Work, _ backend: String, dimension: Int) -> Double? {
        let measured = rates.filter { $0.work == work && $0.backend == backend }
            .sorted { $0.dimension < $1.dimension }
        guard let first = measured.first, let last = measured.last else { return nil }
        // Time grows with the terms of a sum, or the words of a set: beyond the highest it is their share.
        guard dimension < last.dimension else {
            return last.seconds * Double(max(dimension, 1)) / Double(max(last.dimension, 1))
        }
        guard dimension > first.dimension else { return first.seconds }
        for (low, high) in zip(measured, measured.dropFirst()) where dimension <= high.dimension {
            let share = Double(dimension - low.dimension) / Double(high.dimension - low.dimension)
            return low.seconds + share * (high.seconds - low.seconds)
        }
        return last.seconds
    }
}

// MARK: as text

extension Calibration {
    private static let heading = "tda-calibration 2"

    /// Lines of words: what is kept in a file.
    public var text: String {
        var lines = [Self.heading, "hardware \(fingerprint)", "threads \(threads)"]
        lines += rates.map { "\($0.work.rawValue) \($0.dimension) \($0.seconds) \($0.backend)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Nil for anything but a whole text of this version.
    public init?(text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false)[...]
        guard lines.popFirst() == Self.heading[...], lines.popLast() == "",
            let fingerprint = lines.popFirst().flatMap({ Self.value("hardware", $0) }),
            let threads = lines.popFirst().flatMap({ Self.value("threads", $0) }).flatMap({ Int($0) }),
            threads > 0
        else { return nil }
        var rates: [MeasuredRate] = []
        for line in lines {
            let words = line.split(separator: " ", maxSplits: 3)
            guard words.count == 4, let work = MeasuredRate.Work(rawValue: String(words[0])),
                let dimension = Int(words[1]),
                let seconds = Double(words[2]), seconds > 0, seconds < .infinity, dimension >= 0
            else { return nil }
            rates.append(
                MeasuredRate(work: work, backend: String(words[3]), dimension: dimension, seconds: seconds))
        }
        self.init(fingerprint: fingerprint, threads: threads, rates: rates)
    }

    private static func value(_ name: String, _ line: Substring) -> String? {
        line.hasPrefix(name + " ") ? String(line.dropFirst(name.count + 1)) : nil
    }
}
