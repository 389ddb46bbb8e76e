import Hardware
import SeededRandom
import Testing

/// What a budget keeps of the blocks that computations let go.
@Suite struct KeptMemoryTests {
    private static let megabyte = 1 << 20
    private let budget = MemoryBudget(limit: 1 << 30)

    /// A computation that has a block of so many, and lets it go.
    private func letGo(_ megabytes: Int) throws {
        let account = MemoryAccount(budget: budget)
        account.free(try account.allocate(megabytes * Self.megabyte), megabytes * Self.megabyte)
    }

    @Test func theNextComputationGetsTheSameBlock() throws {
        let first = MemoryAccount(budget: budget)
        let block = try first.allocate(4 * Self.megabyte)
        first.free(block, 4 * Self.megabyte)
        #expect(budget.kept == 4 * Self.megabyte)
        #expect(budget.current == 0)

        let second = MemoryAccount(budget: budget)
        let again = try second.allocate(4 * Self.megabyte)
        #expect(again == block)
        #expect(budget.kept == 0)
        second.free(again, 4 * Self.megabyte)
    }

    @Test func aSmallerBlockIsCutOffAndALargerOneGrows() throws {
        try letGo(10)
        let account = MemoryAccount(budget: budget)
        let small = try account.allocate(4 * Self.megabyte)
        #expect(budget.kept == 6 * Self.megabyte)
        let large = try account.allocate(16 * Self.megabyte)
        #expect(budget.kept == 0)
        account.free(small, 4 * Self.megabyte)
        account.free(large, 16 * Self.megabyte)
        #expect(budget.kept == 20 * Self.megabyte)
    }

    @Test func smallBlocksAreNotKept() throws {
        let account = MemoryAccount(budget: budget)
        account.free(try account.allocate(Self.megabyte), Self.megabyte)
        #expect(budget.kept == 0)
    }

    @Test func heldAndKeptTogetherStayBelowWhatWasHeldAtOnce() throws {
        try letGo(10)
        let account = MemoryAccount(budget: budget)
        // Memory of another kind: there is nothing among it that it could be made of.
        try account.reserve(3 * Self.megabyte)
        #expect(budget.current + budget.kept <= 10 * Self.megabyte)
        try account.reserve(20 * Self.megabyte)
        #expect(budget.kept == 0)
    }

    @Test func zerosAreZerosWhateverWasThereBefore() throws {
        let bytes = 4 * Self.megabyte
        let account = MemoryAccount(budget: budget)
        let ones = try account.allocate(bytes)
        ones.initializeMemory(as: UInt8.self, repeating: 0xFF, count: bytes)
        account.free(ones, bytes)
        for bytes in [bytes, 1000] {
            let zeros = try account.allocateZeros(bytes)
            #expect(UnsafeRawBufferPointer(start: zeros, count: bytes).allSatisfy { $0 == 0 })
            account.free(zeros, bytes)
        }
    }

    @Test func everythingKeptIsGivenBackOnRequest() throws {
        try letGo(10)
        budget.giveBackKept(for: .seconds(60))
        #expect(budget.kept == 10 * Self.megabyte)
        budget.giveBackKept()
        #expect(budget.kept == 0)
    }

    /// Blocks of all sizes that come, grow, shrink and go in any order: each is its owner's alone, and keeps what is in it.
    @Test(arguments: 0..<8 as Range<UInt64>)
    func blocksNeverOverlap(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let account = MemoryAccount(budget: budget)
        var blocks: [Block] = []
        for _ in 0..<400 {
            let bytes = Int.random(in: 1...(6 << Int.random(in: 10...20, using: &random)), using: &random)
            let place = blocks.indices.randomElement(using: &random)
            switch Int.random(in: 0..<4, using: &random) {
            case 0, 1:
                blocks.append(try Block(bytes, growing: Bool.random(using: &random), account, &random))
            case 2:
                if let place { blocks.remove(at: place).free(account) }
            default:
                if let place, blocks[place].isResizable { try blocks[place].resize(to: bytes, account) }
            }
            #expect(account.current == blocks.reduce(0) { $0 + $1.bytes })
            #expect(budget.current + budget.kept <= account.peak)
        }
        for block in blocks { block.free(account) }
        #expect(account.current == 0)
        budget.giveBackKept()
    }
}

/// A block with a mark on each of its pages.
private struct Block {
    private(set) var bytes: Int
    let isResizable: Bool
    private var room: UnsafeMutableRawPointer
    private let mark: UInt8

    init(
        _ bytes: Int, growing: Bool, _ account: MemoryAccount, _ random: inout SplitMix64
    ) throws(MemoryBudgetExceeded) {
        self.bytes = bytes
        isResizable = growing
        room = try growing ? account.allocateResizable(bytes) : account.allocate(bytes)
        mark = UInt8.random(in: .min ... .max, using: &random)
        write(from: 0)
    }

    mutating func resize(to wanted: Int, _ account: MemoryAccount) throws(MemoryBudgetExceeded) {
        let before = bytes
        room = try account.resize(room, from: before, to: wanted)
        bytes = wanted
        check(upTo: min(before, wanted))
        write(from: min(before, wanted))
    }

    func free(_ account: MemoryAccount) {
        check(upTo: bytes)
        if isResizable { account.freeResizable(room, bytes) } else { account.free(room, bytes) }
    }

    private func write(from start: Int) {
        for place in marked where place >= start {
            room.storeBytes(of: mark, toByteOffset: place, as: UInt8.self)
        }
    }

    private func check(upTo end: Int) {
        let isWhole = marked.allSatisfy { $0 >= end || room.load(fromByteOffset: $0, as: UInt8.self) == mark }
        #expect(isWhole)
    }

    private var marked: StrideTo<Int> { stride(from: 0, to: bytes, by: 4096) }
}
