import RankKernels

/// Ranks in rows, as the vector kernels scan them: row v holds the ranks of the edges at v, padding
/// and the minima of words behind. Owns nothing.
///
/// Sendable: who fills a matrix gives each worker a part of its own.
struct RankMatrix: @unchecked Sendable {
    let base: UnsafeMutablePointer<UInt32>
    /// Words of 64 lanes in a row.
    let words: UInt32
    let stride: Int

    init(base: UnsafeMutablePointer<UInt32>, words: UInt32) {
        self.base = base
        self.words = words
        stride = Int(tda_row_stride(words))
    }

    /// Lanes that a matrix of `rows` rows over `count` vertices takes.
    static func size(rows: Int, count: Int) -> Int { rows * Int(tda_row_stride(wordCount(count))) }

    static func wordCount(_ count: Int) -> UInt32 { UInt32((count + 63) / 64) }

    @inline(__always)
    func row(_ v: UInt32) -> UnsafePointer<UInt32> { UnsafePointer(base + Int(v) &* stride) }

    @inline(__always)
    func rank(_ u: UInt32, _ v: UInt32) -> UInt32 { base[Int(u) &* stride &+ Int(v)] }

    /// The least number in a word of row `v`.
    @inline(__always)
    func minimum(_ v: UInt32, word: Int) -> UInt32 { base[Int(v) &* stride &+ 64 &* Int(words) &+ word] }
}

/// The vector kernels for this machine. Sendable: functions without state.
struct KernelTable: @unchecked Sendable {
    let functions: tda_rank_kernels

    init() { self = Self.selected }

    private init(_ functions: tda_rank_kernels) { self.functions = functions }

    private static let selected = KernelTable(tda_rank_kernels_select().pointee)
}
