/// What is wrong with the configuration, and where it stands.
public enum SettingsError: Error, Equatable, CustomStringConvertible {
    case unknownName(String, source: String, nearest: String)
    case badValue(name: String, source: String, reason: String)
    case malformedLine(String, text: String)
    case unreadableFile(String, reason: String)

    public var description: String {
        switch self {
        case .unknownName(let name, let source, let nearest):
            "\(source) sets \(name), which is no setting; did you mean \(nearest)?"
        case .badValue(let name, let source, let reason): "\(name), set by \(source): \(reason)"
        case .malformedLine(let place, let text): "\(place): expected NAME=VALUE, found \"\(text)\""
        case .unreadableFile(let path, let reason): "cannot read the configuration file \(path): \(reason)"
        }
    }
}
