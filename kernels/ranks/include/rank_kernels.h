// Scans over rows of edge ranks: the data-parallel inner loops of the Vietoris–Rips engine.
//
// A row holds the ranks of the edges from one vertex to every vertex: row[v] = rank(u, v),
// UINT32_MAX where there is no edge and for u itself. Rows are padded with UINT32_MAX to `words`
// words of 64 lanes; a set of vertices is as many 64-bit words. Behind its lanes a row carries the
// minimum of each word, padded with UINT32_MAX to a multiple of 16, so that scans pass over words
// that have nothing to offer: tda_row_stride(words) lanes in all.
// Every function gives the same answer on every instruction set.
#ifndef TDA_RANK_KERNELS_H
#define TDA_RANK_KERNELS_H

#include <stdint.h>

#define TDA_NO_VERTEX UINT32_MAX

static inline uint32_t tda_row_stride(uint32_t words) { return 64 * words + (words + 15) / 16 * 16; }

typedef struct tda_rank_kernels {
    /// The instruction set: "baseline", "avx2" or "avx512".
    const char *name;

    /// set = { v : a[v] < bound and b[v] < bound }; returns its size.
    uint32_t (*lune)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound, uint64_t *set);

    /// The first v with a[v] < bound and b[v] < bound, or TDA_NO_VERTEX.
    uint32_t (*first_common)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound);

    /// The member of `set` with the least max(a[v], b[v]), the first of equals; TDA_NO_VERTEX when empty.
    uint32_t (*nearest)(const uint32_t *a, const uint32_t *b, uint32_t words, const uint64_t *set);

    /// The first member v of `set` with row[v] >= bound, or TDA_NO_VERTEX.
    uint32_t (*first_beyond)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set);

    /// result = { v in set : row[v] < bound }; returns whether it has any. May work in place.
    uint32_t (*within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                       uint64_t *result);

    /// Lists every v with low <= max over rows of rows[i][v] < high, ascending, with that maximum.
    /// Both outputs have room for 64 * words + 16 entries. Returns how many.
    uint32_t (*between)(const uint32_t *const *rows, uint32_t count, uint32_t words, uint32_t low,
                        uint32_t high, uint32_t *vertices, uint32_t *ranks);

    /// Whether some v < limit has max over rows of rows[i][v] < bound.
    uint32_t (*any_common)(const uint32_t *const *rows, uint32_t count, uint32_t words, uint32_t limit,
                           uint32_t bound);

    /// Writes the minimum of each word behind the lanes of `row`.
    void (*summarize)(uint32_t *row, uint32_t words);

    /// How many v in `set` have row[v] < bound.
    uint32_t (*count_within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set);

    /// Bit j of `packed` = row[v] < bound for the j-th member v of `set`; the last word is zero-filled.
    void (*packed_within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                          uint64_t *packed);
} tda_rank_kernels;

/// The kernels for the widest instruction set of this machine, or for the one that the environment
/// variable TDA_ISA names ("baseline", "avx2", "avx512") when the machine has it.
const tda_rank_kernels *tda_rank_kernels_select(void);

#endif
