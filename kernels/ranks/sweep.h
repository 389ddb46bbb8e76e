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

// Where vertices are many, most fours of a lune are empty, since near vertices have numbers near each other. Then the
// others are packed side by side, `at` tells which words each of them holds, and only these are looked at in the rows
// of other vertices. Where `at` is null all fours are there.

/// From sets of so many words on, packing is worth its while.
#define TDA_PACKED_WORDS 36

/// The first of the words that four `k` of a packed set holds.
TDA_INLINED uint32_t NAME(word_of)(const uint32_t *at, uint32_t k) { return at ? at[k] : 4 * k; }

/// The four of `row` that four `k` of a packed set belongs to.
TDA_INLINED const tda_four *NAME(beside)(const uint64_t *row, const uint32_t *at, uint32_t k) {
    return (const tda_four *)(row + NAME(word_of)(at, k));
}

/// set = a & b, packed; returns how many fours that takes, 0 where it has no member.
TDA_INLINED uint32_t NAME(common)(const uint64_t *a, const uint64_t *b, uint32_t words, uint64_t *set, uint32_t *at) {
    if (!at) {
        tda_four any = {0, 0, 0, 0};
        for (uint32_t w = 0; w < words; w += 4) {
            tda_four both = *(const tda_four *)(a + w) & *(const tda_four *)(b + w);
            *(tda_four *)(set + w) = both;
            any |= both;
        }
        return NAME(any)(&any) ? words / 4 : 0;
    }
    uint32_t count = 0;
    for (uint32_t w = 0; w < words; w += 4) {
        tda_four both = *(const tda_four *)(a + w) & *(const tda_four *)(b + w);
        *(tda_four *)(set + 4 * count) = both;
        at[count] = w;
        // Without a branch.
        count += NAME(any)(&both) != 0;
    }
    return count;
}

/// The first member of a packed set, or TDA_NO_VERTEX.
TDA_INLINED uint32_t NAME(first_member)(const uint64_t *set, const uint32_t *at, uint32_t count) {
    for (uint32_t k = 0; k < count; ++k) {
        const tda_four *four = (const tda_four *)(set + 4 * k);
        if (NAME(any)(four)) return NAME(first_of_four)(four, NAME(word_of)(at, k));
    }
    return TDA_NO_VERTEX;
}

/// The first member of a packed set that is not in `row`, or TDA_NO_VERTEX; it is in the four that `place` becomes.
TDA_INLINED uint32_t NAME(first_outside)(const uint64_t *set, const uint32_t *at, uint32_t count, const uint64_t *row,
                                         uint32_t *place) {
    for (uint32_t k = 0; k < count; ++k) {
        tda_four left = *(const tda_four *)(set + 4 * k) & ~*NAME(beside)(row, at, k);
        if (!NAME(any)(&left)) continue;
        *place = k;
        return NAME(first_of_four)(&left, NAME(word_of)(at, k));
    }
    return TDA_NO_VERTEX;
}

/// The first member of a packed set that is in `a` and in `b`; where there is none the first member.
TDA_INLINED uint32_t NAME(candidate)(const uint64_t *set, const uint32_t *at, uint32_t count, const uint64_t *a,
                                     const uint64_t *b) {
    for (uint32_t k = 0; k < count; ++k) {
        tda_four both = *NAME(beside)(a, at, k) & *NAME(beside)(b, at, k);
        both &= *(const tda_four *)(set + 4 * k);
        if (NAME(any)(&both)) return NAME(first_of_four)(&both, NAME(word_of)(at, k));
    }
    return NAME(first_member)(set, at, count);
}

/// Whether the vertices of a packed set are seen to be connected, looking out from the neighbours in `start`.
/// They are where this is not 0; where it is 0 they may be. `members` and `reached` are lost.
TDA_INLINED uint32_t NAME(is_connected)(const tda_sweep *sweep, uint32_t words, uint64_t *members, const uint32_t *at,
                                        uint32_t count, const uint64_t *start, uint64_t *reached) {
    tda_four any = {0, 0, 0, 0};
    for (uint32_t k = 0; k < count; ++k) {
        tda_four all = *(tda_four *)(members + 4 * k), near = all & *NAME(beside)(start, at, k);
        *(tda_four *)(reached + 4 * k) = near;
        *(tda_four *)(members + 4 * k) = all ^ near;
        any |= all ^ near;
    }
    if (!NAME(any)(&any)) return 1;
    for (uint32_t i = 0; i < 4 * count;) {
        if (!members[i]) {
            ++i;
            continue;
        }
        uint32_t v = 64 * (NAME(word_of)(at, i / 4) + i % 4) + (uint32_t)__builtin_ctzll(members[i]);
        const uint64_t *row = sweep->present + (size_t)v * words;
        tda_four touched = {0, 0, 0, 0};
        for (uint32_t k = 0; k < count; ++k) {
            tda_four near = *NAME(beside)(row, at, k), all = *(tda_four *)(members + 4 * k);
            tda_four known = *(tda_four *)(reached + 4 * k), joined = all & near;
            touched |= known & near;
            *(tda_four *)(members + 4 * k) = all ^ joined;
            *(tda_four *)(reached + 4 * k) = known | joined;
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
TDA_INLINED uint32_t NAME(sweep_block)(tda_sweep *sweep, uint32_t words, const int packs, uint32_t a, uint32_t b) {
    uint64_t *lune = sweep->sets, *left = lune + words, *reached = left + words;
    uint32_t *at = packs ? (uint32_t *)(reached + words) : 0;
    const uint64_t *near_a = sweep->near + (size_t)a * words, *near_b = sweep->near + (size_t)b * words;
    const uint32_t fours = NAME(common)(sweep->present + (size_t)a * words, sweep->present + (size_t)b * words, words,
                                        lune, at);
    if (!fours) return TDA_NO_VERTEX;
    uint32_t count = 0;
    const uint64_t *candidates = lune;
    for (uint32_t w; (w = NAME(candidate)(candidates, at, fours, near_a, near_b)) != TDA_NO_VERTEX;) {
        uint32_t place = 0;
        uint32_t refuter = NAME(first_outside)(lune, at, fours, sweep->present + (size_t)w * words, &place);
        if (refuter == TDA_NO_VERTEX) return w;
        sweep->tried[count++] = w;
        // Every other apex is joined to the refuter, which is none itself.
        const uint64_t *row = sweep->present + (size_t)refuter * words;
        for (uint32_t k = 0; k < fours; ++k)
            *(tda_four *)(left + 4 * k) = *(const tda_four *)(candidates + 4 * k) & *NAME(beside)(row, at, k);
        left[4 * place + refuter / 64 - NAME(word_of)(at, place)] &= ~((uint64_t)1 << refuter % 64);
        candidates = left;
    }
    uint32_t pivot = sweep->tried[0], most = 0;
    for (uint32_t i = 0; i < count; ++i) {
        const uint64_t *row = sweep->present + (size_t)sweep->tried[i] * words;
        uint32_t degree = 0;
        for (uint32_t w = 0; w < 4 * fours; ++w)
            degree += (uint32_t)__builtin_popcountll(lune[w] & row[NAME(word_of)(at, w / 4) + w % 4]);
        if (degree > most) {
            most = degree;
            pivot = sweep->tried[i];
        }
    }
    const uint64_t *start = sweep->present + (size_t)pivot * words;
    uint32_t connected = NAME(is_connected)(sweep, words, lune, at, fours, start, reached);
    return pivot | TDA_OPEN_BLOCK | (connected ? TDA_CONNECTED_LUNE : 0);
}

TDA_INLINED void NAME(blocks)(tda_sweep *sweep, uint32_t words, const int packs, const uint32_t *ends, uint32_t end,
                                uint32_t *codes) {
    for (uint32_t rank = sweep->next; rank < end; ++rank) {
        NAME(look_ahead)(sweep, words, ends, rank, end);
        codes[rank] = NAME(sweep_block)(sweep, words, packs, ends[rank] >> 16, ends[rank] & 0xffff);
        sweep_to(sweep, ends, rank + 1);
    }
}

TDA_INLINED uint32_t NAME(lunes)(tda_sweep *sweep, uint32_t words, const int packs, const uint32_t *ends, uint32_t end,
                                   uint32_t *ranks) {
    uint64_t *lune = sweep->sets, *reached = lune + words;
    uint32_t *at = packs ? (uint32_t *)(reached + words) : 0, found = 0;
    for (uint32_t rank = sweep->next; rank < end; ++rank) {
        NAME(look_ahead)(sweep, words, ends, rank, end);
        const uint64_t *row_a = sweep->present + (size_t)(ends[rank] >> 16) * words;
        const uint64_t *row_b = sweep->present + (size_t)(ends[rank] & 0xffff) * words;
        const uint32_t fours = NAME(common)(row_a, row_b, words, lune, at);
        if (fours) {
            const uint64_t *row = sweep->present + (size_t)NAME(first_member)(lune, at, fours) * words;
            if (!NAME(is_connected)(sweep, words, lune, at, fours, row, reached)) ranks[found++] = rank;
        }
        sweep_to(sweep, ends, rank + 1);
    }
    return found;
}

// The sets of a small graph are a vector each: with that known loops over their words go.

static void NAME(sweep_blocks)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *codes) {
    if (sweep->words == 4) return NAME(blocks)(sweep, 4, 0, ends, end, codes);
    if (sweep->words < TDA_PACKED_WORDS) return NAME(blocks)(sweep, sweep->words, 0, ends, end, codes);
    NAME(blocks)(sweep, sweep->words, 1, ends, end, codes);
}

static uint32_t NAME(sweep_lunes)(tda_sweep *sweep, const uint32_t *ends, uint32_t end, uint32_t *ranks) {
    if (sweep->words == 4) return NAME(lunes)(sweep, 4, 0, ends, end, ranks);
    if (sweep->words < TDA_PACKED_WORDS) return NAME(lunes)(sweep, sweep->words, 0, ends, end, ranks);
    return NAME(lunes)(sweep, sweep->words, 1, ends, end, ranks);
}
