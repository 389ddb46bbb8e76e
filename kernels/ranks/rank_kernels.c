#include "rank_kernels.h"

#include <stdlib.h>
#include <string.h>

/// Four words of a set of vertices, wherever they stand.
typedef uint64_t tda_four __attribute__((vector_size(32), aligned(8)));

/// Eight lanes of a row, wherever they stand.
typedef uint32_t tda_eight __attribute__((vector_size(32), aligned(4)));

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

// Portable C: the only set on machines that are not x86-64, and the reference for the others.

static inline uint64_t lt64_baseline(const uint32_t *p, uint32_t bound) {
    uint64_t mask = 0;
    for (uint32_t i = 0; i < 64; ++i) mask |= (uint64_t)(p[i] < bound) << i;
    return mask;
}

static inline uint32_t lt16_baseline(const uint32_t *p, uint32_t bound) {
    uint32_t mask = 0;
    for (uint32_t i = 0; i < 16; ++i) mask |= (uint32_t)(p[i] < bound) << i;
    return mask;
}

static inline uint32_t max_at(const uint32_t *const *rows, uint32_t count, uint32_t at) {
    uint32_t largest = rows[0][at];
    for (uint32_t i = 1; i < count; ++i)
        if (rows[i][at] > largest) largest = rows[i][at];
    return largest;
}

static inline uint64_t max_lt64_baseline(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                         uint32_t bound) {
    uint64_t mask = lt64_baseline(rows[0] + at, bound);
    for (uint32_t i = 1; i < count && mask; ++i) mask &= lt64_baseline(rows[i] + at, bound);
    return mask;
}

/// Appends the lanes of `mask`, recomputing the maximum of each.
static inline uint32_t append_lanes(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                    uint64_t mask, uint32_t low, uint32_t *vertices, uint32_t *ranks,
                                    uint32_t found) {
    for (; mask; mask &= mask - 1) {
        uint32_t v = at + (uint32_t)__builtin_ctzll(mask);
        uint32_t rank = max_at(rows, count, v);
        if (rank < low) continue;
        vertices[found] = v;
        ranks[found++] = rank;
    }
    return found;
}

static inline uint32_t emit64_baseline(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                       uint32_t low, uint32_t high, uint32_t *vertices, uint32_t *ranks,
                                       uint32_t found) {
    uint64_t mask = max_lt64_baseline(rows, count, at, high);
    return append_lanes(rows, count, at, mask, low, vertices, ranks, found);
}

static inline uint64_t extract_baseline(uint64_t bits, uint64_t set) {
    uint64_t packed = 0;
    for (uint32_t i = 0; set; ++i, set &= set - 1)
        packed |= (bits >> __builtin_ctzll(set) & 1) << i;
    return packed;
}

static inline uint32_t min_max64_baseline(const uint32_t *a, const uint32_t *b, uint64_t mask) {
    uint32_t least = UINT32_MAX;
    for (; mask; mask &= mask - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(mask);
        uint32_t larger = a[i] > b[i] ? a[i] : b[i];
        if (larger < least) least = larger;
    }
    return least;
}

static inline uint64_t lune64_baseline(const uint32_t *a, const uint32_t *b, uint32_t bound,
                                       uint32_t *least) {
    uint64_t set = 0;
    for (uint32_t i = 0; i < 64; ++i) {
        uint32_t larger = a[i] > b[i] ? a[i] : b[i];
        set |= (uint64_t)(larger < bound) << i;
        if (larger < *least) *least = larger;
    }
    return set;
}

static inline uint64_t thin64_baseline(const uint32_t *row, const uint32_t *near, uint32_t bound,
                                       uint64_t set, uint32_t *least) {
    uint64_t kept = set;
    for (; set; set &= set - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(set);
        if (near[i] < row[i] && bound < row[i])
            kept &= ~((uint64_t)1 << i);
        else if (row[i] < *least)
            *least = row[i];
    }
    return kept;
}

#define NAME(x) x##_baseline
#define ISA_NAME "baseline"
#define LT16 lt16_baseline
#define LT64 lt64_baseline
#define MAX_LT64 max_lt64_baseline
#define EMIT64 emit64_baseline
#define EXTRACT extract_baseline
#define MIN_MAX64 min_max64_baseline
#define THIN64 thin64_baseline
#define LUNE64 lune64_baseline
#include "square.h"
#include "sweep.h"
#include "scan.h"
#undef NAME
#undef ISA_NAME
#undef LT16
#undef LT64
#undef MAX_LT64
#undef EMIT64
#undef EXTRACT
#undef MIN_MAX64
#undef THIN64
#undef LUNE64

#if defined(__x86_64__)
#include <immintrin.h>

#pragma clang attribute push(__attribute__((target("avx2,bmi,bmi2,popcnt,lzcnt"))), apply_to = function)

// x < bound, unsigned, as x == min(x, bound - 1); bound 0 keeps nothing.
static inline uint32_t lt8_avx2(__m256i x, __m256i last) {
    return (uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(_mm256_cmpeq_epi32(x, _mm256_min_epu32(x, last))));
}

static inline uint32_t lt16_avx2(const uint32_t *p, uint32_t bound) {
    if (!bound) return 0;
    __m256i last = _mm256_set1_epi32((int)(bound - 1));
    return lt8_avx2(_mm256_loadu_si256((const __m256i *)p), last) |
           lt8_avx2(_mm256_loadu_si256((const __m256i *)(p + 8)), last) << 8;
}

static inline uint64_t lt64_avx2(const uint32_t *p, uint32_t bound) {
    if (!bound) return 0;
    __m256i last = _mm256_set1_epi32((int)(bound - 1));
    uint64_t mask = 0;
    for (uint32_t i = 0; i < 8; ++i)
        mask |= (uint64_t)lt8_avx2(_mm256_loadu_si256((const __m256i *)(p + 8 * i)), last) << (8 * i);
    return mask;
}

static inline uint64_t max_lt64_avx2(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                     uint32_t bound) {
    uint64_t mask = lt64_avx2(rows[0] + at, bound);
    for (uint32_t i = 1; i < count && mask; ++i) mask &= lt64_avx2(rows[i] + at, bound);
    return mask;
}

static inline uint32_t emit64_avx2(const uint32_t *const *rows, uint32_t count, uint32_t at, uint32_t low,
                                   uint32_t high, uint32_t *vertices, uint32_t *ranks, uint32_t found) {
    uint64_t mask = max_lt64_avx2(rows, count, at, high);
    return append_lanes(rows, count, at, mask, low, vertices, ranks, found);
}

/// All ones in the lanes that the low eight bits of `bits` name.
static inline __m256i lanes8_avx2(uint64_t bits) {
    const __m256i lane = _mm256_set_epi32(128, 64, 32, 16, 8, 4, 2, 1);
    return _mm256_cmpeq_epi32(_mm256_and_si256(_mm256_set1_epi32((int)bits), lane), lane);
}

static inline uint32_t least8_avx2(__m256i x) {
    __m128i half = _mm_min_epu32(_mm256_castsi256_si128(x), _mm256_extracti128_si256(x, 1));
    half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0x4e));
    half = _mm_min_epu32(half, _mm_shuffle_epi32(half, 0xb1));
    return (uint32_t)_mm_cvtsi128_si32(half);
}

static inline uint32_t min_max64_avx2(const uint32_t *a, const uint32_t *b, uint64_t mask) {
    const __m256i ones = _mm256_set1_epi32(-1);
    __m256i least = ones;
    for (uint32_t i = 0; i < 8; ++i, mask >>= 8) {
        __m256i larger = _mm256_max_epu32(_mm256_loadu_si256((const __m256i *)(a + 8 * i)),
                                          _mm256_loadu_si256((const __m256i *)(b + 8 * i)));
        // Lanes beside the mask become all ones.
        least = _mm256_min_epu32(least, _mm256_or_si256(larger, _mm256_andnot_si256(lanes8_avx2(mask), ones)));
    }
    return least8_avx2(least);
}

static inline uint64_t lune64_avx2(const uint32_t *a, const uint32_t *b, uint32_t bound, uint32_t *least) {
    if (!bound) return 0;
    const __m256i last = _mm256_set1_epi32((int)(bound - 1));
    __m256i lowest = _mm256_set1_epi32(-1);
    uint64_t set = 0;
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i larger = _mm256_max_epu32(_mm256_loadu_si256((const __m256i *)(a + 8 * i)),
                                          _mm256_loadu_si256((const __m256i *)(b + 8 * i)));
        lowest = _mm256_min_epu32(lowest, larger);
        set |= (uint64_t)lt8_avx2(larger, last) << (8 * i);
    }
    if (set) *least = least8_avx2(lowest);
    return set;
}

static inline uint64_t thin64_avx2(const uint32_t *row, const uint32_t *near, uint32_t bound, uint64_t set,
                                   uint32_t *least) {
    const __m256i limit = _mm256_set1_epi32((int)bound), ones = _mm256_set1_epi32(-1);
    __m256i lowest = ones;
    uint64_t kept = 0;
    for (uint32_t i = 0; i < 8; ++i) {
        if (!(set >> (8 * i) & 255)) continue;
        __m256i x = _mm256_loadu_si256((const __m256i *)(row + 8 * i));
        __m256i y = _mm256_loadu_si256((const __m256i *)(near + 8 * i));
        // x <= y as max(x, y) == y.
        __m256i stays = _mm256_or_si256(_mm256_cmpeq_epi32(_mm256_max_epu32(x, y), y),
                                        _mm256_cmpeq_epi32(_mm256_max_epu32(x, limit), limit));
        stays = _mm256_and_si256(stays, lanes8_avx2(set >> (8 * i)));
        kept |= (uint64_t)(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(stays)) << (8 * i);
        lowest = _mm256_min_epu32(lowest, _mm256_blendv_epi8(ones, x, stays));
    }
    if (kept) *least = least8_avx2(lowest);
    return kept;
}

#define NAME(x) x##_avx2
#define ISA_NAME "avx2"
#define LT16 lt16_avx2
#define LT64 lt64_avx2
#define MAX_LT64 max_lt64_avx2
#define EMIT64 emit64_avx2
#define EXTRACT _pext_u64
#define MIN_MAX64 min_max64_avx2
#define THIN64 thin64_avx2
#define LUNE64 lune64_avx2
#include "square.h"
#include "sweep.h"
#include "scan.h"
#undef NAME
#undef ISA_NAME
#undef LT16
#undef LT64
#undef MAX_LT64
#undef EMIT64
#undef EXTRACT
#undef MIN_MAX64
#undef THIN64
#undef LUNE64
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512bw,avx512vl,avx512dq,bmi,bmi2,popcnt,lzcnt"))), \
                             apply_to = function)

static inline uint32_t lt16_avx512(const uint32_t *p, uint32_t bound) {
    return _mm512_cmplt_epu32_mask(_mm512_loadu_si512(p), _mm512_set1_epi32((int)bound));
}

static inline uint64_t lt64_avx512(const uint32_t *p, uint32_t bound) {
    __m512i limit = _mm512_set1_epi32((int)bound);
    uint64_t m0 = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(p), limit);
    uint64_t m1 = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(p + 16), limit);
    uint64_t m2 = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(p + 32), limit);
    uint64_t m3 = _mm512_cmplt_epu32_mask(_mm512_loadu_si512(p + 48), limit);
    return m0 | m1 << 16 | m2 << 32 | m3 << 48;
}

static inline uint64_t max_lt64_avx512(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                       uint32_t bound) {
    uint64_t mask = lt64_avx512(rows[0] + at, bound);
    for (uint32_t i = 1; i < count && mask; ++i) mask &= lt64_avx512(rows[i] + at, bound);
    return mask;
}

static inline uint32_t emit64_avx512(const uint32_t *const *rows, uint32_t count, uint32_t at, uint32_t low,
                                     uint32_t high, uint32_t *vertices, uint32_t *ranks, uint32_t found) {
    const __m512i lanes = _mm512_set_epi32(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0);
    const __m512i lowest = _mm512_set1_epi32((int)low), limit = _mm512_set1_epi32((int)high);
    for (uint32_t i = 0; i < 4; ++i, at += 16) {
        __m512i largest = _mm512_loadu_si512(rows[0] + at);
        for (uint32_t j = 1; j < count; ++j)
            largest = _mm512_max_epu32(largest, _mm512_loadu_si512(rows[j] + at));
        __mmask16 mask = _mm512_cmplt_epu32_mask(largest, limit) & _mm512_cmpge_epu32_mask(largest, lowest);
        if (!mask) continue;
        __m512i vertex = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)at));
        // Compress in registers, store whole vectors: a compressing store is microcoded on Zen 4.
        _mm512_storeu_si512(vertices + found, _mm512_maskz_compress_epi32(mask, vertex));
        _mm512_storeu_si512(ranks + found, _mm512_maskz_compress_epi32(mask, largest));
        found += (uint32_t)__builtin_popcount(mask);
    }
    return found;
}

static inline uint32_t min_max64_avx512(const uint32_t *a, const uint32_t *b, uint64_t mask) {
    __m512i least = _mm512_set1_epi32(-1);
    for (uint32_t i = 0; i < 4; ++i) {
        __m512i larger = _mm512_max_epu32(_mm512_loadu_si512(a + 16 * i), _mm512_loadu_si512(b + 16 * i));
        least = _mm512_mask_min_epu32(least, (__mmask16)(mask >> (16 * i)), least, larger);
    }
    return _mm512_reduce_min_epu32(least);
}

static inline uint64_t lune64_avx512(const uint32_t *a, const uint32_t *b, uint32_t bound,
                                     uint32_t *least) {
    const __m512i limit = _mm512_set1_epi32((int)bound);
    __m512i lowest = _mm512_set1_epi32(-1);
    uint64_t set = 0;
    for (uint32_t i = 0; i < 4; ++i) {
        __m512i larger = _mm512_max_epu32(_mm512_loadu_si512(a + 16 * i), _mm512_loadu_si512(b + 16 * i));
        lowest = _mm512_min_epu32(lowest, larger);
        set |= (uint64_t)_mm512_cmplt_epu32_mask(larger, limit) << (16 * i);
    }
    if (set) *least = _mm512_reduce_min_epu32(lowest);
    return set;
}

static inline uint64_t thin64_avx512(const uint32_t *row, const uint32_t *near, uint32_t bound,
                                     uint64_t set, uint32_t *least) {
    const __m512i limit = _mm512_set1_epi32((int)bound);
    __m512i lowest = _mm512_set1_epi32(-1);
    uint64_t kept = 0;
    for (uint32_t i = 0; i < 4; ++i) {
        __mmask16 member = (__mmask16)(set >> (16 * i));
        if (!member) continue;
        __m512i x = _mm512_loadu_si512(row + 16 * i), y = _mm512_loadu_si512(near + 16 * i);
        __mmask16 stays = member & (_mm512_cmple_epu32_mask(x, y) | _mm512_cmple_epu32_mask(x, limit));
        kept |= (uint64_t)stays << (16 * i);
        lowest = _mm512_mask_min_epu32(lowest, stays, lowest, x);
    }
    if (kept) *least = _mm512_reduce_min_epu32(lowest);
    return kept;
}

#define NAME(x) x##_avx512
#define ISA_NAME "avx512"
#define LT16 lt16_avx512
#define LT64 lt64_avx512
#define MAX_LT64 max_lt64_avx512
#define EMIT64 emit64_avx512
#define EXTRACT _pext_u64
#define MIN_MAX64 min_max64_avx512
#define THIN64 thin64_avx512
#define LUNE64 lune64_avx512
#include "square.h"
#include "sweep.h"
#include "scan.h"
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
