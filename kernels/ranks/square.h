// Filling a square of rows from its lower triangle: written once and compiled once for each instruction set.
// The including file defines NAME(x).

static void NAME(keys)(const float *lengths, uint32_t count, float bound, uint32_t *keys) {
    typedef float eight_floats __attribute__((vector_size(32), aligned(4)));
    const eight_floats limit = (eight_floats){0} + bound;
    uint32_t i = 0;
    // By vectors that are read before they are written: the compiler may not assume that of a whole row.
    for (; i + 8 <= count; i += 8) {
        // Adding zero turns -0 into +0.
        eight_floats length = *(const eight_floats *)(lengths + i) + 0.0f;
        *(tda_eight *)(keys + i) = ((tda_eight)length | TDA_UNRANKED) | ~(tda_eight)(length <= limit);
    }
    for (; i < count; ++i) {
        float length = lengths[i] + 0.0f;
        uint32_t bits;
        memcpy(&bits, &length, sizeof bits);
        keys[i] = length <= bound ? TDA_UNRANKED | bits : UINT32_MAX;
    }
}

static float NAME(raise)(const float *restrict lengths, uint32_t count, float *restrict highest, float least) {
    // As signed numbers the bits of lengths are in the order of these, and those of -0 before all.
    int32_t most;
    memcpy(&most, &least, sizeof most);
    for (uint32_t i = 0; i < count; ++i) {
        int32_t length, known;
        memcpy(&length, lengths + i, sizeof length);
        memcpy(&known, highest + i, sizeof known);
        known = length > known ? length : known;
        most = length > most ? length : most;
        memcpy(highest + i, &known, sizeof known);
    }
    memcpy(&least, &most, sizeof least);
    return least;
}

/// Turns eight rows of eight lanes into columns: by single lanes, by pairs, by fours.
static inline void NAME(transpose)(tda_eight x[8]) {
    tda_eight y[8], z[8];
    for (uint32_t i = 0; i < 8; i += 2) {
        y[i] = __builtin_shufflevector(x[i], x[i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
        y[i + 1] = __builtin_shufflevector(x[i], x[i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
    }
    for (uint32_t i = 0; i < 8; i += 4) {
        for (uint32_t k = 0; k < 2; ++k) {
            z[i + 2 * k] = __builtin_shufflevector(y[i + k], y[i + k + 2], 0, 1, 8, 9, 4, 5, 12, 13);
            z[i + 2 * k + 1] = __builtin_shufflevector(y[i + k], y[i + k + 2], 2, 3, 10, 11, 6, 7, 14, 15);
        }
    }
    for (uint32_t i = 0; i < 4; ++i) {
        x[i] = __builtin_shufflevector(z[i], z[i + 4], 0, 1, 2, 3, 8, 9, 10, 11);
        x[i + 4] = __builtin_shufflevector(z[i], z[i + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    }
}

static inline uint32_t NAME(minimum)(const uint32_t *lanes, uint32_t count) {
    uint32_t least = UINT32_MAX;
    for (uint32_t i = 0; i < count; ++i) least = lanes[i] < least ? lanes[i] : least;
    return least;
}

static uint32_t NAME(mirror)(uint32_t *rows, uint32_t words, uint32_t count, uint32_t tile_row,
                             uint32_t tile_column, uint32_t fold) {
    const size_t stride = tda_row_stride(words);
    const uint32_t height = count - 64 * tile_row < 64 ? count - 64 * tile_row : 64, whole = height & ~7u;
    const int is_diagonal = tile_row == tile_column;
    uint32_t *lower = rows + 64 * tile_row * stride + 64 * tile_column;
    uint32_t *upper = rows + 64 * tile_column * stride + 64 * tile_row;
    // Lanes that hold an edge, negative; on the diagonal each edge is in two.
    tda_eight edges = {0}, twice = {0};
    for (uint32_t i = 0; i < whole; i += 8) {
        for (uint32_t j = 0; j < (is_diagonal ? i + 8 : 64); j += 8) {
            tda_eight block[8], other[8];
            const int is_own = is_diagonal && i == j;
            for (uint32_t k = 0; k < 8; ++k) block[k] = *(tda_eight *)(lower + (i + k) * stride + j);
            if (fold || is_own) {
                for (uint32_t k = 0; k < 8; ++k) other[k] = *(tda_eight *)(upper + (j + k) * stride + i);
                NAME(transpose)(other);
                for (uint32_t k = 0; k < 8; ++k) {
                    block[k] = __builtin_elementwise_min(block[k], other[k]);
                    *(tda_eight *)(lower + (i + k) * stride + j) = block[k];
                }
            }
            for (uint32_t k = 0; k < 8; ++k) {
                tda_eight is_edge = (tda_eight)(block[k] != UINT32_MAX);
                if (is_own) {
                    twice += is_edge;
                } else {
                    edges += is_edge;
                }
            }
            NAME(transpose)(block);
            for (uint32_t k = 0; k < 8; ++k) *(tda_eight *)(upper + (j + k) * stride + i) = block[k];
        }
    }
    uint32_t found = 0;
    for (uint32_t k = 0; k < 8; ++k) found -= edges[k];
    uint32_t own = 0;
    for (uint32_t k = 0; k < 8; ++k) own -= twice[k];
    found += own / 2;
    for (uint32_t i = whole; i < height; ++i) {
        for (uint32_t j = 0; j < (is_diagonal ? i : 64); ++j) {
            uint32_t *below = lower + i * stride + j, *above = upper + j * stride + i;
            if (fold && *above < *below) *below = *above;
            *above = *below;
            found += *below != UINT32_MAX;
        }
    }
    for (uint32_t i = 0; i < height; ++i)
        lower[i * stride + 64 * words - 63 * tile_column] = NAME(minimum)(lower + i * stride, 64);
    if (is_diagonal) return found;
    for (uint32_t j = 0; j < 64; ++j)
        upper[j * stride + 64 * words - 63 * tile_row] = NAME(minimum)(upper + j * stride, height);
    return found;
}
