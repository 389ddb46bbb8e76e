// The kernels, written once over five primitives and compiled once for each instruction set:
//   LT64(p, bound)                 64 lanes at p, bit = lane < bound
//   MAX_LT64(rows, count, at, b)   the same of the lane-wise maximum over rows
//   EMIT64(...)                    append the lanes of a mask, with their maxima
//   GATHER16(row, index, bound)    16 gathered lanes, bit = lane < bound
//   MIN_MAX64(a, b, at, mask)      least max(a, b) among the lanes of a mask
// The including file defines NAME(x) and the primitives.

static uint32_t NAME(lune)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound,
                           uint64_t *set) {
    uint32_t size = 0;
    for (uint32_t w = 0; w < words; ++w) {
        uint64_t mask = LT64(a + 64 * w, bound);
        if (mask) mask &= LT64(b + 64 * w, bound);
        set[w] = mask;
        size += (uint32_t)__builtin_popcountll(mask);
    }
    return size;
}

static uint32_t NAME(first_common)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound) {
    for (uint32_t w = 0; w < words; ++w) {
        uint64_t mask = LT64(a + 64 * w, bound);
        if (!mask) continue;
        mask &= LT64(b + 64 * w, bound);
        if (mask) return 64 * w + (uint32_t)__builtin_ctzll(mask);
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

static uint32_t NAME(keep_within)(const uint32_t *row, uint32_t words, uint32_t bound, uint64_t *set) {
    uint64_t any = 0;
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        set[w] &= LT64(row + 64 * w, bound);
        any |= set[w];
    }
    return any != 0;
}

static uint32_t NAME(between)(const uint32_t *const *rows, uint32_t count, uint32_t words, uint32_t low,
                              uint32_t high, uint32_t *vertices, uint32_t *ranks) {
    uint32_t found = 0;
    for (uint32_t w = 0; w < words; ++w)
        found = EMIT64(rows, count, 64 * w, low, high, vertices, ranks, found);
    return found;
}

static uint32_t NAME(any_common)(const uint32_t *const *rows, uint32_t count, uint32_t limit,
                                 uint32_t bound) {
    for (uint32_t at = 0; at < limit; at += 64) {
        uint64_t mask = MAX_LT64(rows, count, at, bound);
        if (limit - at < 64) mask &= ((uint64_t)1 << (limit - at)) - 1;
        if (mask) return 1;
    }
    return 0;
}

static void NAME(gather_within)(const uint32_t *row, const uint32_t *index, uint32_t count,
                                uint32_t bound, uint64_t *set) {
    uint32_t j = 0;
    for (uint32_t w = 0; w < (count + 63) / 64; ++w) set[w] = 0;
    for (; j + 16 <= count; j += 16)
        set[j / 64] |= (uint64_t)GATHER16(row, index + j, bound) << (j % 64);
    for (; j < count; ++j) set[j / 64] |= (uint64_t)(row[index[j]] < bound) << (j % 64);
}

static const tda_rank_kernels NAME(kernels) = {
    ISA_NAME,           NAME(lune),    NAME(first_common), NAME(nearest),       NAME(first_beyond),
    NAME(keep_within), NAME(between), NAME(any_common),   NAME(gather_within),
};
