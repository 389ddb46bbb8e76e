// The primitives that the kernels are written over (scan.h), for AVX2.

static const char name_avx2[] = "avx2";

static inline uint64_t extract_avx2(uint64_t bits, uint64_t set) { return _pext_u64(bits, set); }

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

/// A bit for each lane of four vectors, whose lanes are all ones or zero.
static inline uint32_t bits32_avx2(const __m256i *x) {
    __m256i packed = _mm256_packs_epi16(_mm256_packs_epi32(x[0], x[1]), _mm256_packs_epi32(x[2], x[3]));
    // Packing goes by halves of vectors.
    const __m256i order = _mm256_set_epi32(7, 3, 6, 2, 5, 1, 4, 0);
    return (uint32_t)_mm256_movemask_epi8(_mm256_permutevar8x32_epi32(packed, order));
}

static inline uint64_t bits64_avx2(const __m256i *x) {
    return bits32_avx2(x) | (uint64_t)bits32_avx2(x + 4) << 32;
}

static inline uint64_t lt64_avx2(const uint32_t *p, uint32_t bound) {
    if (!bound) return 0;
    const __m256i last = _mm256_set1_epi32((int)(bound - 1));
    __m256i less[8];
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(p + 8 * i));
        less[i] = _mm256_cmpeq_epi32(x, _mm256_min_epu32(x, last));
    }
    return bits64_avx2(less);
}

static inline uint64_t max_lt64_avx2(const uint32_t *const *rows, uint32_t count, uint32_t at,
                                     uint32_t bound) {
    if (!bound) return 0;
    const __m256i last = _mm256_set1_epi32((int)(bound - 1));
    __m256i less[8];
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(rows[0] + at + 8 * i));
        for (uint32_t k = 1; k < count; ++k)
            x = _mm256_max_epu32(x, _mm256_loadu_si256((const __m256i *)(rows[k] + at + 8 * i)));
        less[i] = _mm256_cmpeq_epi32(x, _mm256_min_epu32(x, last));
    }
    return bits64_avx2(less);
}

static inline uint32_t emit64_avx2(const uint32_t *const *rows, uint32_t count, uint32_t at, uint32_t low,
                                   uint32_t high, uint32_t *vertices, uint32_t *ranks, uint32_t found) {
    if (!high) return found;
    const __m256i first = _mm256_set1_epi32((int)low), last = _mm256_set1_epi32((int)(high - 1));
    __m256i largest[8], inside[8];
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(rows[0] + at + 8 * i));
        for (uint32_t k = 1; k < count; ++k)
            x = _mm256_max_epu32(x, _mm256_loadu_si256((const __m256i *)(rows[k] + at + 8 * i)));
        largest[i] = x;
        inside[i] = _mm256_and_si256(_mm256_cmpeq_epi32(x, _mm256_min_epu32(x, last)),
                                     _mm256_cmpeq_epi32(x, _mm256_max_epu32(x, first)));
    }
    uint64_t mask = bits64_avx2(inside);
    if (!mask) return found;
    uint32_t lanes[64];
    for (uint32_t i = 0; i < 8; ++i) _mm256_storeu_si256((__m256i *)(lanes + 8 * i), largest[i]);
    for (; mask; mask &= mask - 1) {
        uint32_t i = (uint32_t)__builtin_ctzll(mask);
        vertices[found] = at + i;
        ranks[found++] = lanes[i];
    }
    return found;
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
    __m256i lowest = _mm256_set1_epi32(-1), less[8];
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i larger = _mm256_max_epu32(_mm256_loadu_si256((const __m256i *)(a + 8 * i)),
                                          _mm256_loadu_si256((const __m256i *)(b + 8 * i)));
        lowest = _mm256_min_epu32(lowest, larger);
        less[i] = _mm256_cmpeq_epi32(larger, _mm256_min_epu32(larger, last));
    }
    uint64_t set = bits64_avx2(less);
    if (set) *least = least8_avx2(lowest);
    return set;
}

static inline uint32_t thin64_avx2(uint32_t *rest, const uint32_t *near, uint32_t bound, uint32_t less) {
    const __m256i lessening = _mm256_set1_epi32((int)less);
    const __m256i limit = _mm256_set1_epi32((int)bound), ones = _mm256_set1_epi32(-1);
    __m256i least = ones;
    for (uint32_t i = 0; i < 8; ++i) {
        __m256i x = _mm256_loadu_si256((const __m256i *)(rest + 8 * i));
        __m256i y = _mm256_sub_epi32(_mm256_loadu_si256((const __m256i *)(near + 8 * i)), lessening);
        // x <= y as max(x, y) == y.
        __m256i stays = _mm256_or_si256(_mm256_cmpeq_epi32(_mm256_max_epu32(x, y), y),
                                        _mm256_cmpeq_epi32(_mm256_max_epu32(x, limit), limit));
        x = _mm256_or_si256(x, _mm256_andnot_si256(stays, ones));
        _mm256_storeu_si256((__m256i *)(rest + 8 * i), x);
        least = _mm256_min_epu32(least, x);
    }
    return least8_avx2(least);
}

static inline uint32_t meet_two_avx2(const tda_list *a, const tda_list *b, uint32_t low, uint32_t high,
                                     uint32_t *found, uint32_t *ranks) {
    return merge_two(a, b, low, high, found, ranks);
}
