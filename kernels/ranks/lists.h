// Scans over lists of neighbours by way of the sets beside them (`tda_neighbours`): written once and compiled once
// for each instruction set, and for each of the usual numbers of vertices. Words come in fours, as vectors.
// The including file defines NAME(x).

/// The neighbours that `vertices` have in common in the four words from `w` on; returns whether there are any.
TDA_INLINED uint64_t NAME(common_four)(const tda_neighbours *all, const uint32_t *restrict vertices,
                                       const uint32_t count, uint32_t w, tda_four *common) {
    *common = *(const tda_four *)(all->sets + (size_t)vertices[0] * all->words + w);
    for (uint32_t i = 1; i < count; ++i)
        *common &= *(const tda_four *)(all->sets + (size_t)vertices[i] * all->words + w);
    return NAME(any)(common);
}

/// The rank of the edge from `u` to its neighbour `v`; of another vertex that of some edge.
TDA_INLINED uint32_t NAME(rank_in_list)(const tda_neighbours *all, uint32_t u, uint32_t v) {
    const size_t word = (size_t)u * all->words + v / 64;
    const uint64_t before = all->sets[word] & (((uint64_t)1 << v % 64) - 1);
    return all->ranks[all->places[word] + (uint32_t)__builtin_popcountll(before)];
}

/// The highest rank among the edges from `v`, a neighbour of all, to `vertices`; or one from `bound` on where that is
/// not below it.
TDA_INLINED uint32_t NAME(reach)(const tda_neighbours *all, const uint32_t *restrict vertices, const uint32_t count,
                                 uint32_t v, uint32_t bound) {
    uint32_t highest = 0;
    for (uint32_t i = 0; i < count && highest < bound; ++i) {
        uint32_t rank = NAME(rank_in_list)(all, vertices[i], v);
        if (rank > highest) highest = rank;
    }
    return highest;
}

/// The neighbours that `vertices` have in common, ascending; returns how many.
TDA_INLINED uint32_t NAME(common_in_lists)(const tda_neighbours *all, const uint32_t *restrict vertices,
                                           const uint32_t count, uint32_t *restrict found) {
    uint32_t size = 0;
    for (uint32_t w = 0; w < all->words; w += 4) {
        tda_four common;
        if (!NAME(common_four)(all, vertices, count, w, &common)) continue;
        for (uint32_t i = 0; i < 4; ++i)
            for (uint64_t bits = common[i]; bits; bits &= bits - 1)
                found[size++] = 64 * (w + i) + (uint32_t)__builtin_ctzll(bits);
    }
    return size;
}

// First who, then the ranks of all of them, without a branch, so that one cache miss does not wait for another.
TDA_INLINED uint32_t NAME(between_lists_of)(const tda_neighbours *all, const uint32_t *restrict vertices,
                                            const uint32_t count, uint32_t low, uint32_t high,
                                            uint32_t *restrict found, uint32_t *restrict ranks) {
    const tda_neighbours lists = *all;
    const uint32_t common = NAME(common_in_lists)(&lists, vertices, count, found);
    uint32_t size = 0;
    for (uint32_t c = 0; c < common; ++c) {
        const uint32_t v = found[c];
        uint32_t highest = 0;
        for (uint32_t i = 0; i < count; ++i) {
            uint32_t rank = NAME(rank_in_list)(&lists, vertices[i], v);
            highest = rank > highest ? rank : highest;
        }
        found[size] = v;
        ranks[size] = highest;
        size += (low <= highest) & (highest < high);
    }
    return size;
}

static uint32_t NAME(between_lists)(const tda_neighbours *all, const uint32_t *vertices, uint32_t count, uint32_t low,
                                    uint32_t high, uint32_t *found, uint32_t *ranks) {
    switch (count) {
    case 2: return NAME(between_lists_of)(all, vertices, 2, low, high, found, ranks);
    case 3: return NAME(between_lists_of)(all, vertices, 3, low, high, found, ranks);
    case 4: return NAME(between_lists_of)(all, vertices, 4, low, high, found, ranks);
    default: return NAME(between_lists_of)(all, vertices, count, low, high, found, ranks);
    }
}

static uint32_t NAME(any_common_in_lists)(const tda_neighbours *all, const uint32_t *vertices, uint32_t count,
                                          uint32_t limit, uint32_t bound) {
    for (uint32_t w = 0; 64 * w < limit && w < all->words; w += 4) {
        tda_four common;
        if (!NAME(common_four)(all, vertices, count, w, &common)) continue;
        for (uint32_t i = 0; i < 4; ++i)
            for (uint64_t bits = common[i]; bits; bits &= bits - 1) {
                uint32_t v = 64 * (w + i) + (uint32_t)__builtin_ctzll(bits);
                if (v >= limit) return 0;
                if (NAME(reach)(all, vertices, count, v, bound) < bound) return 1;
            }
    }
    return 0;
}

static void NAME(joined_in_lists)(const tda_neighbours *all, uint32_t vertex, const uint32_t *others, uint32_t count,
                                  uint32_t bound, uint64_t *packed) {
    const uint64_t *set = all->sets + (size_t)vertex * all->words;
    for (uint32_t first = 0; first < count; first += 64, ++packed) {
        uint32_t end = count - first < 64 ? count - first : 64;
        uint64_t bits = 0;
        for (uint32_t i = 0; i < end; ++i) {
            uint32_t v = others[first + i];
            // Without a branch: a rank is found in any case.
            bits |= (uint64_t)((set[v / 64] >> v % 64 & 1) & (NAME(rank_in_list)(all, vertex, v) < bound)) << i;
        }
        *packed = bits;
    }
}
