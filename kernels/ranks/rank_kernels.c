#include "rank_kernels.h"

#include <stdlib.h>
#include <string.h>

/// Four words of a set of vertices, wherever they stand.
typedef uint64_t tda_four __attribute__((vector_size(32), aligned(8)));

/// Eight lanes of a row, wherever they stand.
typedef uint32_t tda_eight __attribute__((vector_size(32), aligned(4)));

/// For what is compiled anew for a number of words that is known.
#define TDA_INLINED static inline __attribute__((always_inline))

/// Joins the ends of an edge in sets of neighbours.
static inline void join_ends(uint64_t *rows, uint32_t words, uint32_t ends) {
    uint32_t a = ends >> 16, b = ends & 0xffff;
    rows[(size_t)a * words + b / 64] |= (uint64_t)1 << b % 64;
    rows[(size_t)b * words + a / 64] |= (uint64_t)1 << a % 64;
}

static inline void sweep_to(tda_sweep *sweep, const uint32_t *ends, uint32_t rank) {
    for (; sweep->next < rank; ++sweep->next) join_ends(sweep->present, sweep->words, ends[sweep->next]);
    if (!sweep->near) return;
    for (; sweep->next_near < rank / 3; ++sweep->next_near)
        join_ends(sweep->near, sweep->words, ends[sweep->next_near]);
}

/// Enters a vertex that two lists have in common, where the higher of its ranks is in `low..<high`; returns how many
/// there are then. Without a branch, since nobody foresees it.
static inline uint32_t enter_met(uint32_t v, uint32_t rank, uint32_t other, uint32_t is_met, uint32_t low, uint32_t high,
                                 uint32_t *found, uint32_t *ranks, uint32_t size) {
    const uint32_t highest = rank > other ? rank : other;
    found[size] = v;
    ranks[size] = highest;
    return size + (is_met & (low <= highest) & (highest < high));
}

/// The vertices that two lists have in common, where the second is much longer: each is looked up there.
static uint32_t look_up(const tda_list *few, const tda_list *many, uint32_t low, uint32_t high, uint32_t *found,
                        uint32_t *ranks) {
    uint32_t size = 0, start = 0;
    for (uint32_t i = 0; i < few->count && start < many->count; ++i) {
        const uint32_t v = few->vertices[i];
        // The first place whose vertex is not less.
        uint32_t left = many->count - start;
        while (left > 1) {
            const uint32_t half = left / 2;
            start += many->vertices[start + half - 1] < v ? half : 0;
            left -= half;
        }
        start += many->vertices[start] < v;
        if (start == many->count) break;
        size = enter_met(v, few->ranks[i], many->ranks[start], many->vertices[start] == v, low, high, found, ranks, size);
    }
    return size;
}

/// The same for lists of not too different lengths: step by step along both.
static inline uint32_t merge_two(const tda_list *a, const tda_list *b, uint32_t low, uint32_t high, uint32_t *found,
                                 uint32_t *ranks) {
    uint32_t size = 0, i = 0, j = 0;
    while (i < a->count && j < b->count) {
        const uint32_t u = a->vertices[i], v = b->vertices[j];
        size = enter_met(u, a->ranks[i], b->ranks[j], u == v, low, high, found, ranks, size);
        i += u <= v;
        j += v <= u;
    }
    return size;
}

#define NAME(x) x##_baseline
#include "baseline.h"
#include "square.h"
#include "sweep.h"
#include "lists.h"
#include "meet.h"
#include "scan.h"
#undef NAME

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)
#define NAME(x) x##_avx2
#include "avx2.h"
#include "square.h"
#include "sweep.h"
#include "lists.h"
#include "meet.h"
#include "scan.h"
#undef NAME
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt,lzcnt"))), \
                             apply_to = function)
#define NAME(x) x##_avx512
#include "avx512.h"
#include "square.h"
#include "sweep.h"
#include "lists.h"
#include "meet.h"
#include "scan.h"
#undef NAME
#pragma clang attribute pop
#endif

/// Lowers the minimum of the word that lane `v` of `row` is in to `rank`.
static inline void lower(uint32_t *row, uint32_t words, uint32_t v, uint32_t rank) {
    uint32_t *minimum = row + 64 * words + v / 64;
    uint32_t present = __atomic_load_n(minimum, __ATOMIC_RELAXED);
    while (rank < present &&
           !__atomic_compare_exchange_n(minimum, &present, rank, 1, __ATOMIC_RELAXED, __ATOMIC_RELAXED)) {
    }
}

void tda_enter_ranks(uint32_t *rows, uint32_t words, const uint32_t *ends, uint32_t count, uint32_t first) {
    const size_t stride = tda_row_stride(words);
    const uint32_t ahead = 16;
    for (uint32_t i = 0; i < count; ++i) {
        if (i + ahead < count) {
            // Every place is a cache line of its own, far from the last one.
            size_t a = ends[i + ahead] >> 16, b = ends[i + ahead] & 0xffff;
            __builtin_prefetch(rows + a * stride + b, 1);
            __builtin_prefetch(rows + b * stride + a, 1);
        }
        uint32_t a = ends[i] >> 16, b = ends[i] & 0xffff;
        uint32_t *row_a = rows + a * stride, *row_b = rows + b * stride;
        row_a[b] = first + i;
        row_b[a] = first + i;
        if (!tda_keeps_minima(words)) continue;
        lower(row_a, words, b, first + i);
        lower(row_b, words, a, first + i);
    }
}

void tda_sweep_to(tda_sweep *sweep, const uint32_t *ends, uint32_t rank) { sweep_to(sweep, ends, rank); }

const tda_rank_kernels *tda_rank_kernels_select(void) {
    const char *wanted = getenv("TDA_ISA");
#if defined(__x86_64__)
    int avx512 = __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512dq");
    int avx2 = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi2");
    if (avx512 && (!wanted || strcmp(wanted, "avx512") == 0)) return &kernels_avx512;
    if (avx2 && (!wanted || strcmp(wanted, "baseline") != 0)) return &kernels_avx2;
#endif
    (void)wanted;
    return &kernels_baseline;
}
