import Synchronization

/// Things that tasks leave for a thread.
final class Mailbox<Thing: Sendable>: Sendable {
    private let things = Mutex<[Thing]>([])

    func put(_ thing: Thing) { things.withLock { $0.append(thing) } }

    func take() -> [Thing] {
        things.withLock { things in
            defer { things = [] }
            return things
        }
    }
}
