/// For programs that read few settings and take them from the environment themselves.
public enum EnvironmentCheck {
    /// - Throws: `SettingsError.unknownName` for a variable with our prefix that no program knows.
    public static func refuseUnknownNames(in environment: [String: String]) throws(SettingsError) {
        try Layers.check(environment)
    }
}
