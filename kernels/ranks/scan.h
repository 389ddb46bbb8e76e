// The kernels, written once over some primitives and compiled once for each instruction set:
//   lt64(p, bound)                 64 lanes at p, bit = lane < bound
//   lt16(p, bound)                 the same of 16 lanes
//   max_lt64(rows, count, at, b)   the same of the lane-wise maximum over rows
//   emit64(...)                    append the lanes of a mask, with their maxima
//   extract(bits, set)             the bits at the members of set, packed together
//   lune64(a, b, bound, least)     bit = both lanes < bound; `least` becomes the least max(a, b) of all
//   min_max64(a, b, mask)          least max(a, b) among the lanes of a mask
//   thin64(rest, near, bound, less) all ones into lanes of rest that near - less and bound are below; least of rest then
//   name                           of the instruction set
// The including file defines NAME(x), which adds an instruction set's suffix, and includes its primitives.

/// The words, among the 16 from word 16 * group, whose minima are below `bound` in every row.
static inline uint32_t NAME(active)(const uint32_t *const *rows, uint32_t count, uint32_t words,
                                    uint32_t group, uint32_t bound) {
    if (!tda_keeps_minima(words)) return (1u << words) - 1;
    uint32_t mask = NAME(lt16)(rows[0] + 64 * words + 16 * group, bound);
    for (uint32_t i = 1; i < count && mask; ++i) mask &= NAME(lt16)(rows[i] + 64 * words + 16 * group, bound);
    return mask;
}

/// The first member of word `w` where max(a, b) is `least`, the least of all members.
static inline uint32_t NAME(holder)(const uint32_t *a, const uint32_t *b, uint32_t w, uint64_t set,
                                    uint32_t least) {
    set &= NAME(lt64)(a + 64 * w, least + 1) & NAME(lt64)(b + 64 * w, least + 1);
    return set ? 64 * w + (uint32_t)__builtin_ctzll(set) : TDA_NO_VERTEX;
}

static uint32_t NAME(lune)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound,
                           uint64_t *set, uint32_t *nearest) {
    const uint32_t *rows[2] = {a, b};
    uint32_t size = 0, best = UINT32_MAX, best_word = 0;
    for (uint32_t w = 0; w < words; ++w) set[w] = 0;
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask), least = UINT32_MAX;
            set[w] = NAME(lune64)(a + 64 * w, b + 64 * w, bound, &least);
            size += (uint32_t)__builtin_popcountll(set[w]);
            if (set[w] && least < best) {
                best = least;
                best_word = w;
            }
        }
    }
    *nearest = size ? NAME(holder)(a, b, best_word, set[best_word], best) : TDA_NO_VERTEX;
    return size;
}

/// The least max(a[v], b[v]) of 64 lanes.
static inline uint32_t NAME(least_larger)(const uint32_t *a, const uint32_t *b) {
    tda_eight least = __builtin_elementwise_max(*(const tda_eight *)a, *(const tda_eight *)b);
    for (uint32_t i = 8; i < 64; i += 8) {
        tda_eight x = *(const tda_eight *)(a + i), y = *(const tda_eight *)(b + i);
        least = __builtin_elementwise_min(least, __builtin_elementwise_max(x, y));
    }
    return __builtin_reduce_min(least);
}

static uint32_t NAME(nearest)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound) {
    const uint32_t *rows[2] = {a, b};
    uint32_t best = bound, best_word = 0;
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask);
            uint32_t least = NAME(least_larger)(a + 64 * w, b + 64 * w);
            if (least < best) {
                best = least;
                best_word = w;
            }
        }
    }
    return best < bound ? NAME(holder)(a, b, best_word, ~(uint64_t)0, best) : TDA_NO_VERTEX;
}

/// The words of a lune that are not empty, side by side.
struct NAME(packed_lune) {
    uint64_t *members;
    uint64_t *candidates;
    uint32_t *words;
    uint32_t count;
};

static inline uint32_t NAME(degree)(const uint32_t *row, const struct NAME(packed_lune) *lune,
                                    uint32_t bound) {
    uint32_t degree = 0;
    for (uint32_t k = 0; k < lune->count; ++k)
        degree += (uint32_t)__builtin_popcountll(lune->members[k] & NAME(lt64)(row + 64 * lune->words[k], bound));
    return degree;
}

/// The first member, w aside, that `row`, which is that of w, does not reach.
static inline uint32_t NAME(refuter)(const uint32_t *row, const struct NAME(packed_lune) *lune, uint32_t w,
                                     uint32_t bound) {
    for (uint32_t k = 0; k < lune->count; ++k) {
        uint64_t mask = lune->members[k] & ~NAME(lt64)(row + 64 * lune->words[k], bound);
        if (lune->words[k] == w / 64) mask &= ~((uint64_t)1 << w % 64);
        if (mask) return 64 * lune->words[k] + (uint32_t)__builtin_ctzll(mask);
    }
    return TDA_NO_VERTEX;
}

static tda_block_shape NAME(block)(const uint32_t *matrix, uint32_t words, uint32_t a, uint32_t b,
                                   uint32_t bound, uint32_t *scratch) {
    const size_t stride = tda_row_stride(words);
    const uint32_t *row_a = matrix + a * stride, *row_b = matrix + b * stride, *rows[2] = {row_a, row_b};
    struct NAME(packed_lune) lune = {(uint64_t *)scratch, (uint64_t *)scratch + words, scratch + 4 * words, 0};
    uint32_t *tried = scratch + 5 * words, tried_count = 0;

    uint32_t best = UINT32_MAX, best_at = 0;
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t at = 16 * group + (uint32_t)__builtin_ctz(mask), least = UINT32_MAX;
            uint64_t set = NAME(lune64)(row_a + 64 * at, row_b + 64 * at, bound, &least);
            if (!set) continue;
            if (least < best) {
                best = least;
                best_at = lune.count;
            }
            lune.members[lune.count] = lune.candidates[lune.count] = set;
            lune.words[lune.count++] = at;
        }
    }
    if (!lune.count) return (tda_block_shape){TDA_NO_VERTEX, 0};
    while (best != UINT32_MAX) {
        uint32_t w = NAME(holder)(row_a, row_b, lune.words[best_at], lune.candidates[best_at], best);
        uint32_t refuter = NAME(refuter)(matrix + w * stride, &lune, w, bound);
        if (refuter == TDA_NO_VERTEX) return (tda_block_shape){w, 1};
        tried[tried_count++] = w;
        lune.candidates[best_at] &= ~((uint64_t)1 << w % 64);
        const uint32_t *row = matrix + refuter * stride;
        best = UINT32_MAX;
        for (uint32_t k = 0; k < lune.count; ++k) {
            if (!lune.candidates[k]) continue;
            uint32_t at = 64 * lune.words[k];
            lune.candidates[k] &= NAME(lt64)(row + at, bound);
            if (!lune.candidates[k]) continue;
            uint32_t least = NAME(min_max64)(row_a + at, row_b + at, lune.candidates[k]);
            if (least < best) {
                best = least;
                best_at = k;
            }
        }
    }
    // They are near both ends, so that all see much of the lune.
    tda_block_shape open = {tried[0], 0};
    uint32_t most = 0;
    for (uint32_t i = 0; i < tried_count; ++i) {
        uint32_t degree = NAME(degree)(matrix + tried[i] * stride, &lune, bound);
        if (degree > most) {
            most = degree;
            open.vertex = tried[i];
        }
    }
    return open;
}

static uint32_t NAME(first_common)(const uint32_t *a, const uint32_t *b, uint32_t words, uint32_t bound) {
    const uint32_t *rows[2] = {a, b};
    for (uint32_t group = 0; 16 * group < words; ++group) {
        for (uint32_t mask = NAME(active)(rows, 2, words, group, bound); mask; mask &= mask - 1) {
            uint32_t w = 16 * group + (uint32_t)__builtin_ctz(mask);
            uint64_t common = NAME(max_lt64)(rows, 2, 64 * w, bound);
            if (common) return 64 * w + (uint32_t)__builtin_ctzll(common);
        }
    }
    return TDA_NO_VERTEX;
}

static uint32_t NAME(first_beyond)(const uint32_t *row, uint32_t words, uint32_t bound,
                                   const uint64_t *set) {
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        uint64_t mask = set[w] & ~NAME(lt64)(row + 64 * w, bound);
        if (mask) return 64 * w + (uint32_t)__builtin_ctzll(mask);
    }
    return TDA_NO_VERTEX;
}

static uint32_t NAME(within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                             uint64_t *result) {
    uint64_t any = 0;
    for (uint32_t w = 0; w < words; ++w) {
        uint64_t kept = set[w];
        if (kept) kept &= NAME(lt64)(row + 64 * w, bound);
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
            found = NAME(emit64)(rows, count, 64 * w, low, high, vertices, ranks, found);
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
            uint64_t common = NAME(max_lt64)(rows, count, at, bound);
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

/// Thins the words `first..<end`, and takes up in `best` and its word what is least.
TDA_INLINED void NAME(thin_words)(uint32_t *rest, const uint32_t *near, uint32_t words, uint32_t first, uint32_t end,
                                  uint32_t bound, const uint32_t less, uint32_t *best, uint32_t *best_word) {
    uint32_t *minima = rest + 64 * words;
    for (uint32_t w = first; w < end; ++w) {
        if (minima[w] == UINT32_MAX) continue;
        const uint32_t least = NAME(thin64)(rest + 64 * w, near + 64 * w, bound, less);
        minima[w] = least;
        if (least < *best) {
            *best = least;
            *best_word = w;
        }
    }
}

static uint32_t NAME(thin)(uint32_t *rest, const uint32_t *near, uint32_t words, uint32_t bound, uint32_t tied) {
    uint32_t best = UINT32_MAX, best_word = 0;
    if (tied == TDA_NO_VERTEX) {
        NAME(thin_words)(rest, near, words, 0, words, bound, 0, &best, &best_word);
    } else {
        const uint32_t after = tied / 64 + 1;
        NAME(thin_words)(rest, near, words, 0, after, bound, 1, &best, &best_word);
        NAME(thin_words)(rest, near, words, after, words, bound - 1, 1, &best, &best_word);
    }
    if (best == UINT32_MAX) return TDA_NO_VERTEX;
    return 64 * best_word + (uint32_t)__builtin_ctzll(NAME(lt64)(rest + 64 * best_word, best + 1));
}

static uint32_t NAME(pack)(const uint32_t *row, uint32_t words, uint32_t end, uint32_t low, uint32_t high,
                           uint32_t tag, uint64_t *out) {
    uint32_t count = 0;
    for (uint32_t at = 0; at < end; at += 64) {
        if (row[64 * words + at / 64] >= high) continue;
        uint64_t mask = NAME(lt64)(row + at, high) & ~NAME(lt64)(row + at, low);
        if (end - at < 64) mask &= ((uint64_t)1 << (end - at)) - 1;
        if (!out) {
            count += (uint32_t)__builtin_popcountll(mask);
            continue;
        }
        for (; mask; mask &= mask - 1) {
            uint32_t v = at + (uint32_t)__builtin_ctzll(mask);
            out[count++] = (uint64_t)(row[v] - low) << 32 | tag | v;
        }
    }
    return count;
}

static void NAME(packed_within)(const uint32_t *row, uint32_t words, uint32_t bound, const uint64_t *set,
                                uint64_t *packed) {
    uint64_t pending = 0;
    uint32_t filled = 0;
    for (uint32_t w = 0; w < words; ++w) {
        if (!set[w]) continue;
        uint64_t bits = NAME(extract)(NAME(lt64)(row + 64 * w, bound), set[w]);
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
    .name = NAME(name),
    .lune = NAME(lune),
    .nearest = NAME(nearest),
    .block = NAME(block),
    .first_common = NAME(first_common),
    .first_beyond = NAME(first_beyond),
    .within = NAME(within),
    .between = NAME(between),
    .any_common = NAME(any_common),
    .keys = NAME(keys),
    .raise = NAME(raise),
    .mirror = NAME(mirror),
    .summarize = NAME(summarize),
    .thin = NAME(thin),
    .pack = NAME(pack),
    .packed_within = NAME(packed_within),
    .sweep_blocks = NAME(sweep_blocks),
    .sweep_lunes = NAME(sweep_lunes),
    .between_lists = NAME(between_lists),
    .any_common_in_lists = NAME(any_common_in_lists),
    .joined_in_lists = NAME(joined_in_lists),
    .meet = NAME(meet),
};
