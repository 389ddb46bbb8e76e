// Passes over edges in the order of their ranks, beside sets of the edges before (`tda_sweep`): written once
// and compiled once for each instruction set. Words come in fours, as vectors.
// The including file defines NAME(x).

// By pointer: vectors as arguments are another matter on every instruction set.
static inline uint64_t NAME(any)(const tda_four *x) { return (*x)[0] | (*x)[1] | (*x)[2] | (*x)[3]; }

/// The first member of four words that are not all zero, word `w` and those after it.
static inline uint32_t NAME(first_of_four)(const tda_four *x, uint32_t w) {
    uint64_t word = (*x)[0];
    for (uint32_t i = 1; i < 4 && !word; ++i, ++w) word = (*x)[i];
    return 64 * w + (uint32_t)__builtin_ctzll(word);
}

/// set = a & b; returns whether it has any member. May work in place.
TDA_INLINED uint64_t NAME(common)(const uint64_t *a, const uint64_t *b, uint32_t words, uint64_t *set) {
    tda_four any = {0, 0, 0, 0};
    for (uint32_t w = 0; w < words; w += 4) {
        tda_four both = *(const tda_four *)(a + w) & *(const tda_four *)(b + w);
        *(tda_four *)(set + w) = both;
        any |= both;
    }
    return NAME(any)(&any);
}

/// The first member, or TDA_NO_VERTEX.
TDA_INLINED uint32_t NAME(first_member)(const uint64_t *set, uint32_t words) {
    for (uint32_t w = 0; w < words; ++w)
        if (set[w]) return 64 * w + (uint32_t)__builtin_ctzll(set[w]);
    return TDA_NO_VERTEX;
}

/// The first member of `set` that is not in `row`, or TDA_NO_VERTEX.
TDA_INLINED uint32_t NAME(first_outside)(const uint64_t *set, const uint64_t *row, uint32_t words) {
    for (uint32_t w = 0; w < words; w += 4) {
        tda_four left = *(const tda_four *)(set + w) & ~*(const tda_four *)(row + w);
        if (NAME(any)(&left)) return NAME(first_of_four)(&left, w);
    }
    return TDA_NO_VERTEX;
}

/// The first member of `set` that is in `a` and in `b`; where there is none the first member.
TDA_INLINED uint32_t NAME(candidate)(const uint64_t *set, const uint64_t *a, const uint64_t *b, uint32_t words) {
    for (uint32_t w = 0; w < words; w += 4) {
        tda_four both = *(const tda_four *)(a + w) & *(const tda_four *)(b + w) & *(const tda_four *)(set + w);
        if (NAME(any)(&both)) return NAME(first_of_four)(&both, w);
    }
    return NAME(first_member)(set, words);
}

/// Whether the vertices of `members` are seen to be connected, looking out from the neighbours in `start`.
/// They are where this is not 0; where it is 0 they may be. `members` and `reached` are lost.
TDA_INLINED uint32_t NAME(is_connected)(const tda_sweep *sweep, uint32_t words, uint64_t *members,
                                          const uint64_t *start, uint64_t *reached) {
    tda_four any = {0, 0, 0, 0};
    for (uint32_t w = 0; w < words; w += 4) {
        tda_four all = *(tda_four *)(members + w), near = all & *(const tda_four *)(start + w);
        *(tda_four *)(reached + w) = near;
        *(tda_four *)(members + w) = all ^ near;
        any |= all ^ near;
    }
    if (!NAME(any)(&any)) return 1;
    for (uint32_t at = 0; at < words;) {
        if (!members[at]) {
            ++at;
            continue;
        }
        uint32_t v = 64 * at + (uint32_t)__builtin_ctzll(members[at]);
        const uint64_t *row = sweep->present + (size_t)v * words;
        tda_four touched = {0, 0, 0, 0};
        for (uint32_t w = 0; w < words; w += 4) {
            tda_four near = *(const tda_four *)(row + w), all = *(tda_four *)(members + w);
            tda_four known = *(tda_four *)(reached + w), joined = all & near;
            touched |= known & near;
            *(tda_four *)(members + w) = all ^ joined;
            *(tda_four *)(reached + w) = known | joined;
        }
        if (!NAME(any)(&touched)) return 0;
    }
    return 1;
}

/// Fetches what the edge that comes some turns later looks at first.
static inline void NAME(look_ahead)(const tda_sweep *sweep, uint32_t words, const uint32_t *ends, uint32_t rank,
                                    uint32_t end) {
    const uint32_t turns = 6, lines = (words + 7) / 8;
    // Small sets are in the cache anyway.
    if (words == 4 || rank + turns >= end) return;
    uint32_t packed = ends[rank + turns];
    size_t a = (size_t)(packed >> 16) * words, b = (size_t)(packed & 0xffff) * words;
    for (uint32_t i = 0; i < lines; ++i) {
        __builtin_prefetch(sweep->present + a + 8 * i);
        __builtin_prefetch(sweep->present + b + 8 * i);
        if (!sweep->near) continue;
        __builtin_prefetch(sweep->near + a + 8 * i);
        __builtin_prefetch(sweep->near + b + 8 * i);
    }
}

/// The block of the edge ab, the next one of the sweep.
TDA_INLINED uint32_t NAME(sweep_block)(tda_sweep *sweep, uint32_t words, uint32_t a, uint32_t b) {
    uint64_t *lune = sweep->sets, *left = lune + words, *reached = left + words;
    const uint64_t *near_a = sweep->near + (size_t)a * words, *near_b = sweep->near + (size_t)b * words;
    if (!NAME(common)(sweep->present + (size_t)a * words, sweep->present + (size_t)b * words, words, lune))
        return TDA_NO_VERTEX;
    uint32_t count = 0;
    const uint64_t *candidates = lune;
    for (uint32_t w; (w = NAME(candidate)(candidates, near_a, near_b, words)) != TDA_NO_VERTEX;) {
        uint32_t refuter = NAME(first_outside)(lune, sweep->present + (size_t)w * words, words);
        if (refuter == TDA_NO_VERTEX) return w;
        sweep->tried[count++] = w;
        // Every other apex is joined to the refuter, which is none itself.
        NAME(common)(candidates, sweep->present + (size_t)refuter * words, words, left);
        left[refuter / 64] &= ~((uint64_t)1 << refuter % 64);
        candidates = left;
    }
    uint32_t pivot = sweep->tried[0], most = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint64_t *row = sweep->present + (size_t)sweep->tried[i] * words;
        uint32_t degree = 0;
        for (uint32_t w = 0; w < words; ++w) degree += (uint32_t)__builtin_popcountll(lune[w] & row[w]);
        if (degree > most) {
            most = degree;
            pivot = sweep->tried[i];
        }
    }
    uint32_t connected = NAME(is_connected)(sweep, words, lune, sweep->present + (size_t)pivot * words, reached);
    return pivot | TDA_OPEN_BLOCK | (connected ? TDA_CONNECTED_LUNE : 0);
}

TDA_INLINED void NAME(blocks)(tda_sweep *sweep, uint32_t words, const uint32_t *ends, uint32_t end,
                                uint32_t *codes) {
    for (uint32_t rank = sweep->next; rank < end; ++rank) {
        NAME(look_ahead)(sweep, words, ends, rank, end);
        codes[rank] = NAME(sweep_block)(sweep, words, ends[rank] >> 16, ends[rank] & 0xffff);
        sweep_to(sweep, ends, rank + 1);
    }
}

TDA_INLINED uint32_t NAME(lunes)(tda_sweep *sweep, uint32_t words, const uint32_t *ends, uint32_t end,
                                   uint32_t *ranks) {
    uint64_t *lune = sweep->sets, *reached = lune + words;
    uint32_t found = 0;
    for (uint32_t rank = sweep->next; rank < end; ++rank) {
        NAME(look_ahead)(sweep, words, ends, rank, end);
        const uint64_t *row_a = sweep->present + (size_t)(ends[rank] >> 16) * words;
        const uint64_t *row_b = sweep->present + (size_t)(ends[rank] & 0xffff) * words;
        if (NAME(common)(row_a, row_b, words, lune)) {
            uint32_t w = NAME(first_member)(lune, words);
            const uint64_t *row = sweep->present + (size_t)w * words;
            if (!NAME(is_connected)(sweep, words, lune, row, reached)) ranks[found++] = rank;
        }
        sweep_to(sweep, ends, rank + 1);
    }
    return found;
}

TDA_INLINED uint32_t NAME(empties)(tda_sweep *sweep, uint32_t words, const uint32_t *ends, uint32_t end,
                                   uint32_t *ranks) {
    uint32_t found = 0;
    for (uint32_t rank = sweep->next; rank < end; ++rank) {
        NAME(look_ahead)(sweep, words, ends, rank, end);
        const uint64_t *row_a = sweep->present + (size_t)(ends[rank] >> 16) * words;
        const uint64_t *row_b = sweep->present + (size_t)(ends[rank] & 0xffff) * words;
        ranks[found] = rank;
        found += !NAME(common)(row_a, row_b, words, sweep->sets);
        sweep_to(sweep, ends, rank + 1);
    }
    return found;
}

// The sets of a small graph are a vector each: with that known loops over their words go.

static void NAME(sweep_blocks)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *codes) {
    if (sweep->words == 4) return NAME(blocks)(sweep, 4, ends, end, codes);
    NAME(blocks)(sweep, sweep->words, ends, end, codes);
}

static uint32_t NAME(sweep_lunes)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *ranks) {
    if (sweep->words == 4) return NAME(lunes)(sweep, 4, ends, end, ranks);
    return NAME(lunes)(sweep, sweep->words, ends, end, ranks);
}

static uint32_t NAME(sweep_empty)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *ranks) {
    if (sweep->words == 4) return NAME(empties)(sweep, 4, ends, end, ranks);
    return NAME(empties)(sweep, sweep->words, ends, end, ranks);
}
