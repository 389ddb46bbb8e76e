import Glibc

/// The resident memory of this process, in bytes, as the kernel counts it.
enum ProcessMemory {
    /// What is resident now; the peak starts anew from here.
    static func startAnew() -> Int {
        if let file = fopen("/proc/self/clear_refs", "w") {
            fputs("5", file)
            fclose(file)
        }
        return value(of: "VmRSS:")
    }

    static var peak: Int { value(of: "VmHWM:") }

    /// A line of /proc/self/status; 0 where there is none.
    private static func value(of name: String) -> Int {
        guard let file = fopen("/proc/self/status", "r") else { return 0 }
        defer { fclose(file) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, CInt(line.count), file) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            guard text.hasPrefix(name) else { continue }
            let digits = text.drop { !$0.isNumber }.prefix { $0.isNumber }
            return (Int(digits) ?? 0) * 1024
        }
        return 0
    }
}
