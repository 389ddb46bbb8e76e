/// What the environment and the configuration file say, checked for names that nobody knows.
///
/// A flag wins over the environment, the environment over the file, the file over the default.
struct Layers {
    /// One value and where it was found.
    struct Entry: Equatable {
        let variable: Variable
        let value: String
        /// For error messages: `the environment`, or the file and line.
        let source: String
    }

    /// In rising order of authority.
    private(set) var entries: [Entry] = []

    /// - Parameter variables: the settings that the program reads; the others' are passed over.
    init(
        environment: [String: String], file: ConfigurationFile?, variables: [Variable]
    ) throws(SettingsError) {
        let wanted = Dictionary(uniqueKeysWithValues: variables.map { ($0.name, $0) })
        for line in file?.lines ?? [] {
            guard Self.isKnown(line.name) else {
                throw .unknownName(line.name, source: line.place, nearest: Self.nearest(to: line.name))
            }
            if let variable = wanted[line.name] {
                entries.append(Entry(variable: variable, value: line.value, source: line.place))
            }
        }
        try Self.check(environment)
        // A variable that is set to nothing counts as not set, as in shell scripts and compose files.
        for (name, value) in environment.sorted(by: { $0.key < $1.key }) where !value.isEmpty {
            if let variable = wanted[name] {
                entries.append(Entry(variable: variable, value: value, source: "the environment"))
            }
        }
    }

    /// - Throws: `SettingsError.unknownName` for a variable with our prefix that no program knows.
    static func check(_ environment: [String: String]) throws(SettingsError) {
        for name in environment.keys.sorted() where name.hasPrefix(Variable.prefix) && !isKnown(name) {
            throw .unknownName(name, source: "the environment", nearest: nearest(to: name))
        }
    }

    private static func isKnown(_ name: String) -> Bool {
        Variable.otherNames.contains(name) || Variable.all.contains { $0.name == name }
    }

    private static func nearest(to name: String) -> String {
        let candidates = Variable.all.map { (name: $0.name, distance: editDistance($0.name, name)) }
        return candidates.min { $0.distance < $1.distance }?.name ?? ""
    }
}

/// How many letters must be put in, taken out or changed to make `a` of `b` (Levenshtein).
private func editDistance(_ a: String, _ b: String) -> Int {
    let b = Array(b.utf8)
    var row = Array(0...b.count)
    for (i, letter) in a.utf8.enumerated() {
        var diagonal = row[0]
        row[0] = i + 1
        for j in b.indices {
            let substituted = diagonal + (letter == b[j] ? 0 : 1)
            diagonal = row[j + 1]
            row[j + 1] = min(substituted, row[j] + 1, row[j + 1] + 1)
        }
    }
    return row[b.count]
}
