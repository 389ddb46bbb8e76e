import Glibc

/// Where the daemon's socket is when nobody says.
public enum SocketPath {
    /// `/run/tda.sock`, or `$XDG_RUNTIME_DIR/tda.sock` where `/run` is not writable.
    public static func forServer(environment: [String: String]) -> String {
        forServer(environment: environment, isWritable: { access($0, W_OK) == 0 })
    }

    /// Where a client looks: the daemon's own default for this user if there is a socket, else the
    /// system's, which a person who cannot write to `/run` may still use.
    public static func forClient(environment: [String: String]) -> String {
        let own = forServer(environment: environment)
        return access(own, F_OK) != 0 && access(system, F_OK) == 0 ? system : own
    }

    package static func forServer(
        environment: [String: String], isWritable: (String) -> Bool
    ) -> String {
        guard !isWritable("/run"), let directory = environment["XDG_RUNTIME_DIR"], !directory.isEmpty else {
            return system
        }
        return directory.hasSuffix("/") ? "\(directory)tda.sock" : "\(directory)/tda.sock"
    }

    private static let system = "/run/tda.sock"
}
