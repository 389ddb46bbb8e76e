import Kafka
import StreamWindows

/// One partition of the events: its open windows, what of it is not done with, and how far it was read.
struct PartitionWindows {
    var windows: StreamWindows<CloudUpdate>
    /// The offset of the next record; nil before the first.
    private(set) var next: Int64?
    /// The offsets of records on their way to the dead letters.
    private var letters: [Int64] = []
    /// The offsets of events that were turned away, from where reading may begin again.
    private var turnedAway: Set<Int64> = []
    /// Those within the streams' last windows.
    var distances = DistanceCache()
    /// What was committed last.
    var committed: CommittedOffset?
    /// Records before this offset were dealt with when they were read for the first time, but for those in
    /// windows that stayed open.
    private let readBefore: Int64
    /// Everything is to be read again up to here before anything is published or committed: until then, the
    /// old commit's note is the one that is right.
    private var replayUntil: Int64
    private var lastEnd = Int64.min / 2
    private var isPaused = false
    /// When the partition was taken away: what is going on has until then to end.
    var drainUntil: Int64?

    /// How long a backlog may take to read before no stream is told to be quiet any more.
    private static let patience: Int64 = 1000

    init(settings: WindowSettings, committed: CommittedOffset, now: Int64) {
        windows = StreamWindows(settings: settings)
        self.committed = committed.offset == nil ? nil : committed
        windows.setFlowing(false, now: now)
        next = committed.offset
        let note = CommitNote(committed.metadata)
        readBefore = note?.position ?? .min
        turnedAway = Set(note?.turnedAway ?? [])
        replayUntil = readBefore
        if let note {
            windows.resume(
                before: note.position, floors: note.floors, defaultFloor: note.defaultFloor,
                key: CommitNote.key)
        }
    }

    mutating func read(_ offset: Int64, now: Int64) {
        next = offset + 1
        if now - lastEnd > Self.patience { windows.setFlowing(false, now: now) }
    }

    mutating func reachedEnd(now: Int64) {
        lastEnd = now
        replayUntil = .min
        if !isPaused { windows.setFlowing(true, now: now) }
    }

    var isReplaying: Bool { next ?? .max < replayUntil }
    func wasRead(_ offset: Int64) -> Bool { offset < readBefore }

    /// The event there is a dead letter, although it could be read: it came late, or its stream was full.
    mutating func turnAway(_ offset: Int64) {
        turnedAway.insert(offset)
        // Twice as many as a note has room for.
        if turnedAway.count > 1000 { turnedAway = Set(turnedAway.sorted().suffix(500)) }
    }

    /// Whether the event there was turned away when it was read for the first time.
    func wasTurnedAway(_ offset: Int64) -> Bool { wasRead(offset) && turnedAway.contains(offset) }

    /// A stream that is held up by us is not quiet.
    mutating func setPaused(_ paused: Bool, now: Int64) {
        isPaused = paused
        if paused { windows.setFlowing(false, now: now) }
    }

    mutating func queueLetter(_ offset: Int64) { letters.append(offset) }

    mutating func finishLetter(_ offset: Int64) {
        if let index = letters.firstIndex(of: offset) { letters.remove(at: index) }
    }

    var hasLetters: Bool { !letters.isEmpty }

    /// What can be committed: a restart reads from there, and knows which windows were done with.
    ///
    /// - Parameters:
    ///   - unfinished: by stream, its windows that are not done with, oldest first.
    ///   - ignoring: letters that count as delivered.
    /// - Returns: nil when nothing can be: before anything new was read, or while letters are on their way.
    ///   Also how many streams the note has no room for.
    func offset(
        unfinished: [String: [WindowTask]], ignoring delivered: Set<Int64> = []
    ) -> (offset: CommittedOffset, leftOut: Int)? {
        guard let next, !isReplaying, letters.allSatisfy({ delivered.contains($0) }) else { return nil }
        var offset = min(next, windows.lowestPosition ?? next)
        for task in unfinished.values.joined() { offset = min(offset, task.firstPosition) }
        guard offset < next else { return (CommittedOffset(offset: offset), 0) }
        var floors: [String: Int64?] = [:]
        for stream in windows.streams(since: offset) {
            let floor = unfinished[stream]?.first.map(\.window.floorBefore) ?? windows.floor(of: stream)
            floors.updateValue(floor, forKey: CommitNote.key(stream))
        }
        let note = CommitNote(
            position: next, floors: floors, turnedAway: turnedAway.filter { $0 >= offset }.sorted()
        ).text()
        return (CommittedOffset(offset: offset, metadata: note.text), note.leftOut)
    }
}
