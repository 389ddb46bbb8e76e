// The primitives that the kernels are written over (scan.h), in portable C: the only set on machines that are not
// x86-64, and the reference for the others.

static const char name_baseline[] = "baseline";

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

static inline uint32_t thin64_baseline(uint32_t *rest, const uint32_t *near, uint32_t bound, uint32_t less) {
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < 64; ++i) {
        if (near[i] - less < rest[i] && bound < rest[i]) rest[i] = UINT32_MAX;
        if (rest[i] < least) least = rest[i];
    }
    return least;
}

static inline uint32_t meet_two_baseline(const tda_list *a, const tda_list *b, uint32_t low, uint32_t high,
                                         uint32_t *found, uint32_t *ranks) {
    return merge_two(a, b, low, high, found, ranks);
}
