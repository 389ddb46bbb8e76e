// The primitives that the kernels are written over (scan.h), for AVX-512.

static const char name_avx512[] = "avx512";

static inline uint64_t extract_avx512(uint64_t bits, uint64_t set) { return _pext_u64(bits, set); }

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
    __m512i largest[4];
    for (uint32_t i = 0; i < 4; ++i) largest[i] = _mm512_loadu_si512(rows[0] + at + 16 * i);
    for (uint32_t j = 1; j < count; ++j)
        for (uint32_t i = 0; i < 4; ++i)
            largest[i] = _mm512_max_epu32(largest[i], _mm512_loadu_si512(rows[j] + at + 16 * i));
    // Where few are found and where none is nobody could foretell: nothing branches on it.
    for (uint32_t i = 0; i < 4; ++i, at += 16) {
        __mmask16 mask =
            _mm512_cmplt_epu32_mask(largest[i], limit) & _mm512_cmpge_epu32_mask(largest[i], lowest);
        __m512i vertex = _mm512_add_epi32(lanes, _mm512_set1_epi32((int)at));
        // Compress in registers, store whole vectors: a compressing store is microcoded on Zen 4.
        _mm512_storeu_si512(vertices + found, _mm512_maskz_compress_epi32(mask, vertex));
        _mm512_storeu_si512(ranks + found, _mm512_maskz_compress_epi32(mask, largest[i]));
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

static inline uint32_t thin64_avx512(uint32_t *rest, const uint32_t *near, uint32_t bound, uint32_t less) {
    const __m512i lessening = _mm512_set1_epi32((int)less);
    const __m512i limit = _mm512_set1_epi32((int)bound), ones = _mm512_set1_epi32(-1);
    __m512i least = ones;
    for (uint32_t i = 0; i < 4; ++i) {
        __m512i x = _mm512_loadu_si512(rest + 16 * i);
        __m512i y = _mm512_sub_epi32(_mm512_loadu_si512(near + 16 * i), lessening);
        __mmask16 goes = _mm512_cmplt_epu32_mask(y, x) & _mm512_cmplt_epu32_mask(limit, x);
        x = _mm512_mask_mov_epi32(x, goes, ones);
        _mm512_storeu_si512(rest + 16 * i, x);
        least = _mm512_min_epu32(least, x);
    }
    return _mm512_reduce_min_epu32(least);
}

/// Sixteen vertices of each list at a time, every one with every other: the second sixteen are turned lane by lane.
static inline uint32_t meet_two_avx512(const tda_list *a, const tda_list *b, uint32_t low, uint32_t high,
                                       uint32_t *found, uint32_t *ranks) {
    const __m512i lowest = _mm512_set1_epi32((int)low), limit = _mm512_set1_epi32((int)high);
    // Past the ends stand numbers that are no vertices, and differ.
    const __m512i past_a = _mm512_set1_epi32(-1), past_b = _mm512_set1_epi32(-2);
    uint32_t size = 0, i = 0, j = 0;
    while (i < a->count && j < b->count) {
        const uint32_t left_a = a->count - i, left_b = b->count - j;
        const __mmask16 in_a = left_a < 16 ? (__mmask16)((1u << left_a) - 1) : (__mmask16)-1;
        const __mmask16 in_b = left_b < 16 ? (__mmask16)((1u << left_b) - 1) : (__mmask16)-1;
        const __m512i va = _mm512_mask_loadu_epi32(past_a, in_a, a->vertices + i);
        const __m512i vb = _mm512_mask_loadu_epi32(past_b, in_b, b->vertices + j);
        const __m512i rb = _mm512_maskz_loadu_epi32(in_b, b->ranks + j);
        __m512i highest = _mm512_maskz_loadu_epi32(in_a, a->ranks + i);
        __mmask16 met = 0;
#define MEET(k)                                                                                         \
    {                                                                                                   \
        const __mmask16 same = _mm512_cmpeq_epi32_mask(va, _mm512_alignr_epi32(vb, vb, k));             \
        highest = _mm512_mask_max_epu32(highest, same, highest, _mm512_alignr_epi32(rb, rb, k));        \
        met |= same;                                                                                    \
    }
        MEET(0)
        MEET(1)
        MEET(2)
        MEET(3)
        MEET(4)
        MEET(5)
        MEET(6)
        MEET(7)
        MEET(8)
        MEET(9)
        MEET(10)
        MEET(11)
        MEET(12)
        MEET(13)
        MEET(14)
        MEET(15)
#undef MEET
        met &= _mm512_cmplt_epu32_mask(highest, limit) & _mm512_cmpge_epu32_mask(highest, lowest);
        _mm512_storeu_si512(found + size, _mm512_maskz_compress_epi32(met, va));
        _mm512_storeu_si512(ranks + size, _mm512_maskz_compress_epi32(met, highest));
        size += (uint32_t)__builtin_popcount(met);
        const uint32_t last_a = a->vertices[i + (left_a < 16 ? left_a : 16) - 1];
        const uint32_t last_b = b->vertices[j + (left_b < 16 ? left_b : 16) - 1];
        i += last_a <= last_b ? 16 : 0;
        j += last_b <= last_a ? 16 : 0;
    }
    return size;
}
