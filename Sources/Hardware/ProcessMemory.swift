internal import Glibc

/// The resident memory of this process, in bytes, as the kernel counts it.
public enum ProcessMemory {
    /// What is resident now; the peak starts anew from here.
    public static func startAnew() -> Int {
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        return value(of: "VmRSS")
    }

    /// The most that was resident at any time since `startAnew`.
    public static var peak: Int { value(of: "VmHWM") }

    /// A line of /proc/self/status; 0 where there is none.
    private static func value(of name: String) -> Int {
        let words = field(name, of: textFile("/proc/self/status") ?? "")?.split(separator: " ")
        return (words?.first.flatMap { Int($0) } ?? 0) * 1024
    }
}
