import FoundationEssentials

/// A file of `NAME=VALUE` lines, the form of systemd's `EnvironmentFile` and of Docker's `--env-file`:
/// blank lines and lines that start with `#` are passed over, and a value may stand in quotes.
struct ConfigurationFile {
    struct Line: Equatable {
        let name: String
        let value: String
        /// The file and the line number.
        let place: String
    }

    private(set) var lines: [Line] = []

    init(path: String) throws(SettingsError) {
        let text: String
        do {
            text = String(decoding: try Data(contentsOf: URL(filePath: path)), as: UTF8.self)
        } catch {
            throw .unreadableFile(path, reason: (error as? CocoaError)?.reason ?? "\(error)")
        }
        try self.init(text: text, path: path)
    }

    init(text: String, path: String) throws(SettingsError) {
        for (index, line) in text.split(separator: "\n", omittingEmptySubsequences: false).enumerated() {
            let line = line.trimmed
            if line.isEmpty || line.hasPrefix("#") { continue }
            let place = "\(path) line \(index + 1)"
            guard let equals = line.firstIndex(of: "="), equals > line.startIndex else {
                throw .malformedLine(place, text: String(line))
            }
            let name = line[..<equals].trimmed
            let value = line[line.index(after: equals)...].trimmed.unquoted
            if !value.isEmpty {
                lines.append(Line(name: String(name), value: String(value), place: place))
            }
        }
    }
}

extension CocoaError {
    fileprivate var reason: String? {
        switch code {
        case .fileReadNoSuchFile: "there is no such file"
        case .fileReadNoPermission: "no permission to read it"
        default: nil
        }
    }
}

extension Substring {
    fileprivate var trimmed: Substring {
        guard let first = firstIndex(where: { !$0.isWhitespace }),
            let last = lastIndex(where: { !$0.isWhitespace })
        else { return self[startIndex..<startIndex] }
        return self[first...last]
    }

    fileprivate var unquoted: Substring {
        guard count >= 2, let quote = first, quote == "\"" || quote == "'", last == quote else { return self }
        return dropFirst().dropLast()
    }
}
