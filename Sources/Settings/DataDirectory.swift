import Glibc

/// Where the service keeps what it has to keep when nobody says.
public enum DataDirectory {
    /// `/var/lib/tda`, or the user's own (`$XDG_DATA_HOME/tda`, `~/.local/share/tda`) where that is not
    /// writable.
    public static func standard(environment: [String: String]) -> String {
        let system = "/var/lib/tda"
        if access(system, W_OK) == 0 || access("/var/lib", W_OK) == 0 { return system }
        if let home = environment["XDG_DATA_HOME"], !home.isEmpty { return home + "/tda" }
        return (environment["HOME"] ?? ".") + "/.local/share/tda"
    }
}
