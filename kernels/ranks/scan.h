// The kernels, written once over six primitives and compiled once for each instruction set:
//   LT64(p, bound)                 64 lanes at p, bit = lane < bound
//   LT16(p, bound)                 the same of 16 lanes
//   MAX_LT64(rows, count, at, b)   the same of the lane-wise maximum over rows
//   EMIT64(...)                    append the lanes of a mask, with their maxima
//   EXTRACT(bits, set)             the bits at the members of set, packed together
//   MIN_MAX64(a, b, at, mask)      least max(a, b) among the lanes of a mask
// The including file defines NAME(x) and the primitives.


/// The words, among the 16 from word 16 * group, whose minima are below `bound` in every row.
static inline uint32_t NAME(active)(const uint32_t *const *rows, uint32_t count, uint32_t words,
                                    uint32_t group, uint32_t bound) {
    uint32_t mask = LT16(rows[0] + 64 * words + 16 * group, bound);
    for (uint32_t i = 1; i < count && mask; ++i) mask &= LT16(rows[i] + 64 * words + 16 * group, bound);
    return mask;
}

static uint32_t NAME(lune)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound,
                           uint64_t *set) {
    const uint32_t *rows[2] = {a, b};
    uint32_t size = 0;
    for (uint32_t w = 0; w < words; ++w) set[w] = 0;
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask);
            set[w] = LT64(a + 64 * w, bound) & LT64(b + 64 * w, bound);
            size += (uint32_t)__builtin_popcountll(set[w]);
        }
    }
    return size;
}

static uint32_t NAME(first_common)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound) {
    const uint32_t *rows[2] = {a, b};
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask);
            uint64_t common = LT64(a + 64 * w, bound) & LT64(b + 64 * w, bound);
            if (common) return 64 * w + (uint32_t)__builtin_ctzll(common);
        }
    }
    return TDA_NO_VERTEX;
}

static uint32_t NAME(nearest)(const uint32_t *a, const uint32_t *b, uint32_t words, const uint64_t *set) {
    uint32_t best = UINT32_MAX, best_word = 0, found = 0;
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        uint32_t least = MIN_MAX64(a + 64 * w, b + 64 * w, set[w]);
        if (!found || least < best) {
            best = least;
            best_word = w;
            found = 1;
        }
    }
    if (!found) return TDA_NO_VERTEX;
    for (uint64_t mask = set[best_word]; mask; mask &= mask - 1) {
        uint32_t v = 64 * best_word + (uint32_t)__builtin_ctzll(mask);
        uint32_t larger = a[v] > b[v] ? a[v] : b[v];
        if (larger == best) return v;
    }
    return TDA_NO_VERTEX;
}

static uint32_t NAME(first_beyond)(const uint32_t *row, uint32_t words, uint32_t bound,
                                   const uint64_t *set) {
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        uint64_t mask = set[w] & ~LT64(row + 64 * w, bound);
        if (mask) return 64 * w + (uint32_t)__builtin_ctzll(mask);
    }
    return TDA_NO_VERTEX;
}

static uint32_t NAME(within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                             uint64_t *result) {
    uint64_t any = 0;
    for (uint32_t w = 0; w < words; ++w) {
        uint64_t kept = set[w];
        if (kept) kept &= LT64(row + 64 * w, bound);
        result[w] = kept;
        any |= kept;
    }
    return any != 0;
}

static uint32_t NAME(between)(const uint32_t *const *rows, uint32_t count, uint32_t words, uint32_t low,
                              uint32_t high, uint32_t *vertices, uint32_t *ranks) {
    uint32_t found = 0;
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, count, words, group, high); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask);
            found = EMIT64(rows, count, 64 * w, low, high, vertices, ranks, found);
        }
    }
    return found;
}

static uint32_t NAME(any_common)(const uint32_t *const *rows, uint32_t count, uint32_t words,
                                 uint32_t limit, uint32_t bound) {
    for (uint32_t group = 0; 1024 * group < limit; ++group) {
        for (uint32_t mask = NAME(active)(rows, count, words, group, bound); mask; mask &= mask - 1) {
            uint32_t at = 64 * (16 * group + (uint32_t)__builtin_ctz(mask));
            if (at >= limit) return 0;
            uint64_t common = MAX_LT64(rows, count, at, bound);
            if (limit - at < 64) common &= ((uint64_t)1 << (limit - at)) - 1;
            if (common) return 1;
        }
    }
    return 0;
}

static void NAME(summarize)(uint32_t *row, uint32_t words) {
    for (uint32_t w = 0; w < words; ++w) {
        uint32_t least = UINT32_MAX;
        for (uint32_t i = 0; i < 64; ++i)
            if (row[64 * w + i] < least) least = row[64 * w + i];
        row[64 * words + w] = least;
    }
}

static uint32_t NAME(count_within)(const uint32_t *row, uint32_t words, uint32_t bound,
                                   const uint64_t *set) {
    uint32_t count = 0;
    for (uint32_t w = 0; w < words; ++w)
        if (set[w]) count += (uint32_t)__builtin_popcountll(set[w] & LT64(row + 64 * w, bound));
    return count;
}

static void NAME(packed_within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                                uint64_t *packed) {
    uint64_t pending = 0;
    uint32_t filled = 0;
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        uint64_t bits = EXTRACT(LT64(row + 64 * w, bound), set[w]);
        uint32_t size = (uint32_t)__builtin_popcountll(set[w]);
        pending |= bits << filled;
        if (filled + size >= 64) {
            *packed++ = pending;
            pending = filled ? bits >> (64 - filled) : 0;
        }
        filled = (filled + size) % 64;
    }
    if (filled) *packed = pending;
}

static const tda_rank_kernels NAME(kernels) = {
    ISA_NAME,      NAME(lune),    NAME(first_common), NAME(nearest),   NAME(first_beyond),
    NAME(within), NAME(between), NAME(any_common),   NAME(summarize), NAME(count_within),
    NAME(packed_within),
};
