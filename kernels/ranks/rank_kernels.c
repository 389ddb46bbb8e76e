#include "rank_kernels.h"

#include <stdlib.h>
#include <string.h>

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

#define NAME(x) x##_baseline
#define ISA_NAME "baseline"
#define LT16 lt16_baseline
#define LT64 lt64_baseline
#define MAX_LT64 max_lt64_baseline
#define EMIT64 emit64_baseline
#define EXTRACT extract_baseline
#define MIN_MAX64 min_max64_baseline
#include "scan.h"
#undef NAME
#undef ISA_NAME
#undef LT16
#undef LT64
#undef MAX_LT64
#undef EMIT64
#undef EXTRACT
#undef MIN_MAX64

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

#define NAME(x) x##_avx2
#define ISA_NAME "avx2"
#define LT16 lt16_avx2
#define LT64 lt64_avx2
#define MAX_LT64 max_lt64_avx2
#define EMIT64 emit64_avx2
#define EXTRACT _pext_u64
#define MIN_MAX64 min_max64_baseline
#include "scan.h"
#undef NAME
#undef ISA_NAME
#undef LT16
#undef LT64
#undef MAX_LT64
#undef EMIT64
#undef EXTRACT
#undef MIN_MAX64
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

#define NAME(x) x##_avx512
#define ISA_NAME "avx512"
#define LT16 lt16_avx512
#define LT64 lt64_avx512
#define MAX_LT64 max_lt64_avx512
#define EMIT64 emit64_avx512
#define EXTRACT _pext_u64
#define MIN_MAX64 min_max64_avx512
#include "scan.h"
#pragma clang attribute pop
#endif

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
