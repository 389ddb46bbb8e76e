/// Writes metrics in Prometheus' text format, version 0.0.4.
package struct PrometheusText {
    package private(set) var text = ""

    package init() {}

    package typealias Labels = [(name: String, value: String)]

    package mutating func family(_ name: String, _ type: String, _ help: String) {
        text += "# HELP \(name) \(help)\n# TYPE \(name) \(type)\n"
    }

    package mutating func sample(_ name: String, _ labels: Labels, _ value: some CustomStringConvertible) {
        text += name
        if !labels.isEmpty {
            text +=
                "{" + labels.map { "\($0.name)=\"\(Self.escaped($0.value))\"" }.joined(separator: ",") + "}"
        }
        text += " \(value)\n"
    }

    /// A family of one sample.
    package mutating func single(
        _ name: String, _ type: String, _ help: String, _ value: some CustomStringConvertible
    ) {
        family(name, type, help)
        sample(name, [], value)
    }

    private static func escaped(_ value: String) -> String {
        var result = ""
        for character in value {
            switch character {
            case "\\": result += "\\\\"
            case "\"": result += "\\\""
            case "\n": result += "\\n"
            default: result.append(character)
            }
        }
        return result
    }
}
