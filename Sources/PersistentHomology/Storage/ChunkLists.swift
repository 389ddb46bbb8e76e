import Hardware

/// Lists that workers leave for each chunk of a pass, joined in order afterwards: one pass where counting first
/// would take two.
///
/// Sendable: every place is written by one worker, and read when all are done.
final class ChunkLists<Element: BitwiseCopyable & Sendable>: @unchecked Sendable {
    private let lists: UnsafeMutableBufferPointer<Storage<Element>?>
    private let memory: MemoryAccount

    /// - Parameter count: of the chunks.
    init(count: Int, memory: MemoryAccount) {
        lists = .allocate(capacity: count)
        lists.initialize(repeating: nil)
        self.memory = memory
    }

    deinit {
        lists.deinitialize()
        lists.deallocate()
    }

    /// Keeps a copy of what the chunk with the given number has.
    func set(_ index: Int, _ elements: UnsafeMutableBufferPointer<Element>) throws(HomologyError) {
        guard let base = elements.baseAddress, elements.count > 0 else { return }
        let list = try Storage<Element>(count: elements.count, memory: memory)
        list.base.update(from: base, count: elements.count)
        lists[index] = list
    }

    /// All of them in the order of the chunks. Nothing is left here.
    func joined(_ context: ComputeContext) throws(HomologyError) -> Storage<Element> {
        var starts: [Int] = []
        var total = 0
        for list in lists {
            starts.append(total)
            total += list?.count ?? 0
        }
        for index in lists.indices where lists[index]?.count == total {
            if let only = lists[index].take() { return only }
        }
        let all = try Storage<Element>(count: total, memory: memory)
        LargeBlocks.touch(all.base, count: total, context.team)
        // So many lists that they are worth waking a worker.
        let size = max(1, lists.count * Self.fewElements / max(total, 1))
        let firsts = starts
        try context.forEachChunk(of: lists.count, size: size) { _, range in
            for index in range {
                guard let list = lists[index].take() else { continue }
                (all.base + firsts[index]).update(from: list.base, count: list.count)
            }
        }
        return all
    }

    private static var fewElements: Int { 1 << 15 }
}
