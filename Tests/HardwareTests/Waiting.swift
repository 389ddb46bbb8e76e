import Glibc
import Synchronization

/// Counters that many threads increment.
final class Counters: Sendable {
    private let counts: [Counter]

    private final class Counter: Sendable { let value = Atomic<Int>(0) }

    init(_ count: Int) { counts = (0..<count).map { _ in Counter() } }

    func increment(_ index: Int) { counts[index].value.add(1, ordering: .relaxed) }
    var values: [Int] { counts.map { $0.value.load(ordering: .relaxed) } }
}

/// Closed until it is opened, for threads.
final class Gate: Sendable {
    private let isOpen = Atomic<Bool>(false)

    func open() { isOpen.store(true, ordering: .releasing) }
    func wait() { while !isOpen.load(ordering: .acquiring) { sched_yield() } }
}

/// Where threads wait until `count` have arrived.
final class Rendezvous: Sendable {
    private let missing: Atomic<Int>

    init(_ count: Int) { missing = Atomic(count) }

    func arrive() { missing.subtract(1, ordering: .acquiringAndReleasing) }
    func wait() { while missing.load(ordering: .acquiring) > 0 { sched_yield() } }
    func arrived() async { while missing.load(ordering: .acquiring) > 0 { await Task.yield() } }
}

/// Wakes a task to look at a condition again.
final class Signal: Sendable {
    private let stream: AsyncStream<Void>
    private let continuation: AsyncStream<Void>.Continuation

    init() { (stream, continuation) = AsyncStream.makeStream(bufferingPolicy: .bufferingNewest(1)) }

    func send() { continuation.yield() }

    func received(until condition: () -> Bool) async {
        var signals = stream.makeAsyncIterator()
        while !condition() { _ = await signals.next() }
    }
}

/// The processors on which the calling thread may run, as the system tells it.
func affinityOfCallingThread() -> [Int] {
    guard let file = fopen("/proc/thread-self/status", "r") else { return [] }
    defer { fclose(file) }
    var line = [CChar](repeating: 0, count: 4096)
    while fgets(&line, Int32(line.count), file) != nil {
        let words = String(decoding: line.prefix { $0 != 0 }.map(UInt8.init(bitPattern:)), as: UTF8.self)
            .split(whereSeparator: \.isWhitespace)
        guard words.count == 2, words[0] == "Cpus_allowed_list:" else { continue }
        return words[1].split(separator: ",").flatMap { range in
            let ends = range.split(separator: "-").compactMap { Int($0) }
            return Array((ends.first ?? 0)...(ends.last ?? 0))
        }
    }
    return []
}

/// How many threads this process has now.
func threadsOfThisProcess() -> Int {
    guard let folder = opendir("/proc/self/task") else { return 0 }
    defer { closedir(folder) }
    var count = -2  // `.` and `..`
    while readdir(folder) != nil { count += 1 }
    return count
}
