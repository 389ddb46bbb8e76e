// Scans over rows of edge ranks: the data-parallel inner loops of the Vietoris–Rips engine.
//
// A row holds the ranks of the edges from one vertex to every vertex: row[v] = rank(u, v),
// UINT32_MAX where there is no edge and for u itself. Rows are padded with UINT32_MAX to `words`
// words of 64 lanes; a set of vertices is as many 64-bit words. Behind its lanes a row carries the
// minimum of each word, padded with UINT32_MAX to a multiple of 16, so that scans pass over words
// that have nothing to offer: tda_row_stride(words) lanes in all. Rows of so few words that they are looked at as
// fast as their minima need not keep these up.
// Every function gives the same answer on every instruction set.
#ifndef TDA_RANK_KERNELS_H
#define TDA_RANK_KERNELS_H

#include <stdint.h>

#define TDA_NO_VERTEX UINT32_MAX

/// Ranks are below. A row may hold other numbers from here on for edges that have no rank yet; they are in
/// the order of length and, as numbers, after every rank.
#define TDA_UNRANKED 0x80000000u

static inline uint32_t tda_row_stride(uint32_t words) { return 64 * words + (words + 15) / 16 * 16; }

static inline uint32_t tda_keeps_minima(uint32_t words) { return words > 2; }

typedef struct tda_block_shape {
    /// The apex; without one, of the candidates tried the first that most of the lune is joined to;
    /// TDA_NO_VERTEX where the lune is empty.
    uint32_t vertex;
    uint32_t is_closed;
} tda_block_shape;

/// How a sweep codes the block of an edge: TDA_NO_VERTEX where the lune is empty, else the apex, or the pivot
/// vertex with the first flag where there is none; with the second too where the lune is known to be connected.
#define TDA_OPEN_BLOCK 0x80000000u
#define TDA_CONNECTED_LUNE 0x40000000u

/// Where a pass over the edges in the order of their ranks stands: which vertices are joined by the edges before.
/// A set of vertices takes `words` 64-bit words, a multiple of 4.
typedef struct tda_sweep {
    uint32_t words;
    /// The edge whose turn it is, and what is in `near`.
    uint32_t next, next_near;
    /// For each vertex those that it is joined to by edges before `next`, and itself.
    uint64_t *present;
    /// For each vertex those that it is joined to by the shortest third of these, or null where nobody asks.
    uint64_t *near;
    /// Scratch: room for four sets, and a number for each vertex.
    uint64_t *sets;
    uint32_t *tried;
} tda_sweep;

/// The neighbours of every vertex, ascending, end to end, with their set beside the list. A set takes `words` 64-bit
/// words, a multiple of 4.
typedef struct tda_neighbours {
    uint32_t words;
    const uint64_t *sets;
    /// For each word of each set where its members begin in the lists.
    const uint32_t *places;
    /// The ranks of the edges to the neighbours in the lists, and one number more.
    const uint32_t *ranks;
} tda_neighbours;

/// The neighbours of a vertex, ascending, and the ranks of the edges to them.
typedef struct tda_list {
    const uint32_t *vertices, *ranks;
    uint32_t count;
} tda_list;

/// What `meet` may write beyond what it finds.
#define TDA_MEET_ROOM 16

typedef struct tda_rank_kernels {
    /// The instruction set: "baseline", "avx2" or "avx512".
    const char *name;

    /// set = { v : a[v] < bound and b[v] < bound }; returns its size. `nearest` becomes the member with the
    /// least max(a[v], b[v]), the first of equals, or TDA_NO_VERTEX.
    uint32_t (*lune)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound, uint64_t *set,
                     uint32_t *nearest);

    /// The v with max(a[v], b[v]) < bound where that is least, the first of equals, or TDA_NO_VERTEX.
    uint32_t (*nearest)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound);

    /// How the block of edge ab, of rank `bound`, closes; `rows` is the first of the rows.
    ///
    /// An apex is a member of the lune that all others are joined to by edges below `bound`. Candidates come
    /// by their nearness to both ends; whatever refutes one is joined to every apex, so that only its
    /// neighbours stay candidates. `scratch` has room for 64 * words + 5 * words + 8 numbers.
    tda_block_shape (*block)(const uint32_t *rows, uint32_t words, uint32_t a, uint32_t b, uint32_t bound,
                             uint32_t *scratch);

    /// The first v with a[v] < bound and b[v] < bound, or TDA_NO_VERTEX.
    uint32_t (*first_common)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound);

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

    /// keys[i] = TDA_UNRANKED + the bits of lengths[i], which is not negative, where that is at most `bound`, else
    /// UINT32_MAX. May work in place.
    void (*keys)(const float *lengths, uint32_t count, float bound, uint32_t *keys);

    /// Raises highest[i] to lengths[i], where that is more; none is negative. Returns the largest of `least` and the
    /// lengths.
    float (*raise)(const float *lengths, uint32_t count, float *highest, float least);

    /// Completes a tile of 64 × 64 lanes in the lower triangle of a square of `count` rows, and the one across:
    /// entries below the diagonal, and with `fold` the lesser of those on either side of it, go to both
    /// sides, and the minima of the words to their places. On the diagonal, lanes beyond it must be UINT32_MAX. Returns
    /// how many of the entries are not UINT32_MAX.
    uint32_t (*mirror)(uint32_t *rows, uint32_t words, uint32_t count, uint32_t tile_row, uint32_t tile_column,
                       uint32_t fold);

    /// Writes the minimum of each word behind the lanes of `row`.
    void (*summarize)(uint32_t *row, uint32_t words);

    /// Puts UINT32_MAX into every lane of `rest` with near[v] < rest[v] and bound < rest[v]; where `tied` is a vertex,
    /// into those with equality on the left, too, and in words after its own on the right. Returns the v left
    /// with the least rest[v], the first of equals, or TDA_NO_VERTEX. Words whose minimum, behind the lanes of
    /// `rest`, is UINT32_MAX are passed over, and the others get theirs.
    uint32_t (*thin)(uint32_t *rest, const uint32_t *near, uint32_t words, uint32_t bound, uint32_t tied);

    /// The v < end with low <= row[v] < high, ascending, as (row[v] - low) << 32 | tag | v; only counted
    /// where `out` is null. Returns how many.
    uint32_t (*pack)(const uint32_t *row, uint32_t words, uint32_t end, uint32_t low, uint32_t high,
                     uint32_t tag, uint64_t *out);

    /// Bit j of `packed` = row[v] < bound for the j-th member v of `set`; the last word is zero-filled.
    void (*packed_within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                          uint64_t *packed);

    /// Takes the sweep on to `end`, and writes the code of each edge's block into its place in `codes`. An edge has
    /// its ends in the halves of its place in `ends`.
    ///
    /// Candidates for the apex come from `near` first. Whatever refutes one is joined to every apex, so that only its
    /// neighbours stay candidates; where none is left, the pivot vertex is the one of those tried that most of
    /// the lune is joined to.
    void (*sweep_blocks)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *codes);

    /// Takes the sweep on to `end`, and lists the ranks of edges whose lune has vertices, not all of which are
    /// seen at a few looks to be connected; `ranks` has room for all. Returns how many.
    uint32_t (*sweep_lunes)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *ranks);

    /// As `between`: every v with low <= the highest rank of its edges to all of `vertices` < high, ascending, with
    /// that rank. Both outputs have room for the shortest list.
    uint32_t (*between_lists)(const tda_neighbours *all, const uint32_t *vertices, uint32_t count, uint32_t low,
                              uint32_t high, uint32_t *found, uint32_t *ranks);

    /// As `any_common`: whether some v < limit is joined to all of `vertices` by edges below `bound`.
    uint32_t (*any_common_in_lists)(const tda_neighbours *all, const uint32_t *vertices, uint32_t count,
                                    uint32_t limit, uint32_t bound);

    /// Bit j of `packed`, of the j-th of the `count` vertices `others`: whether an edge below `bound` joins `vertex` to
    /// it.
    void (*joined_in_lists)(const tda_neighbours *all, uint32_t vertex, const uint32_t *others, uint32_t count,
                            uint32_t bound, uint64_t *packed);

    /// As `between`, of two or more lists of neighbours, the first of which should be the shortest: what they have in
    /// common with low <= the highest rank < high. Both outputs have room for the first list and TDA_MEET_ROOM more,
    /// `spare` for twice as much.
    uint32_t (*meet)(const tda_list *lists, uint32_t count, uint32_t low, uint32_t high, uint32_t *found,
                     uint32_t *ranks, uint32_t *spare);
} tda_rank_kernels;

/// Enters ranks into a square of rows: edge number i of `count` joins the vertices in the halves of ends[i]
/// (the larger in the upper) and gets the rank first + i. Keeps the minima of words, as far as ranks below
/// TDA_UNRANKED are concerned. Several threads may enter different edges at once.
void tda_enter_ranks(uint32_t *rows, uint32_t words, const uint32_t *ends, uint32_t count, uint32_t first);

/// Takes the sweep on to `rank` without a look at any edge.
void tda_sweep_to(tda_sweep *sweep, const uint32_t *ends, uint32_t rank);

/// The kernels for the widest instruction set of this machine, or for the one that the environment
/// variable TDA_ISA names ("baseline", "avx2", "avx512") when the machine has it.
const tda_rank_kernels *tda_rank_kernels_select(void);

#endif
