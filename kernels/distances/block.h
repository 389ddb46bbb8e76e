// The block kernel for one pair of types. Included for each instruction set with
//   T, TO     the types of coordinates and of results
//   BYTES     the width of a vector
//   ROWS      how many rows are kept in registers at once
//   NAME(x)   x with the suffix of this instance
// No include guard: that is the point.

#define WIDTH ((size_t)(TDA_PANEL_BYTES / sizeof(T)))
#define LANES ((size_t)(BYTES / sizeof(T)))
#define VECTORS (TDA_PANEL_BYTES / BYTES)

typedef T NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(T)), may_alias));
typedef TO NAME(result) __attribute__((vector_size(BYTES / sizeof(T) * sizeof(TO)), aligned(sizeof(TO)), may_alias));
typedef __typeof__((NAME(vector)){0} != (NAME(vector)){0}) NAME(mask);

// A sum of thousands of terms in one register loses digits; of terms by the block it does not.
#define TERMS_IN_A_ROW 64

static inline __attribute__((always_inline)) NAME(vector)
NAME(add_term)(const tda_sum sum, NAME(vector) total, NAME(vector) a, NAME(vector) b) {
    NAME(vector) difference = a - b;
    switch (sum) {
    case TDA_SUM_OF_SQUARES:
    case TDA_ROOT_SUM_OF_SQUARES:
        return total + difference * difference;
    case TDA_SUM_OF_ABSOLUTES:
        return total + __builtin_elementwise_abs(difference);
    case TDA_LARGEST_ABSOLUTE:
        return __builtin_elementwise_max(total, __builtin_elementwise_abs(difference));
    case TDA_SHARE_OF_DIFFERENT: {
        NAME(vector) one = (NAME(vector)){0} + (T)1;
        return total + (NAME(vector))((a != b) & (NAME(mask))one);
    }
    default:
        return total;
    }
}

// Coordinate 0 of a point; those that follow are WIDTH apart.
static inline __attribute__((always_inline)) const T *NAME(point)(const tda_block *block, size_t index) {
    return (const T *)block->panels + index / WIDTH * WIDTH * block->dimension + index % WIDTH;
}

// `count` rows against one panel, the totals of row r in totals[r].
static inline __attribute__((always_inline)) void
NAME(sum_panel)(const tda_sum sum, const int count, const T *const *rows, const T *panel,
                size_t dimension, NAME(vector) totals[ROWS][VECTORS]) {
    for (size_t start = 0; start < dimension; start += TERMS_IN_A_ROW) {
        size_t end = start + TERMS_IN_A_ROW < dimension ? start + TERMS_IN_A_ROW : dimension;
        NAME(vector) part[ROWS][VECTORS] = {{{0}}};
        for (size_t k = start; k < end; ++k) {
            const NAME(vector) *columns = (const NAME(vector) *)(panel + k * WIDTH);
#pragma clang loop unroll(full)
            for (int r = 0; r < count; ++r) {
                NAME(vector) row = (NAME(vector)){0} + rows[r][k * WIDTH];
#pragma clang loop unroll(full)
                for (int v = 0; v < VECTORS; ++v)
                    part[r][v] = NAME(add_term)(sum, part[r][v], row, columns[v]);
            }
        }
#pragma clang loop unroll(full)
        for (int r = 0; r < count; ++r)
#pragma clang loop unroll(full)
            for (int v = 0; v < VECTORS; ++v) {
                if (start == 0)
                    totals[r][v] = part[r][v];
                else if (sum == TDA_LARGEST_ABSOLUTE)
                    totals[r][v] = __builtin_elementwise_max(totals[r][v], part[r][v]);
                else
                    totals[r][v] += part[r][v];
            }
    }
}

static inline __attribute__((always_inline)) NAME(result)
NAME(finish)(const tda_sum sum, NAME(vector) total, T dimension, T factor) {
    if (sum == TDA_ROOT_SUM_OF_SQUARES) total = __builtin_elementwise_sqrt(total);
    if (sum == TDA_SHARE_OF_DIFFERENT) total = total / dimension;
    return __builtin_convertvector(total * factor, NAME(result));
}

// `count` rows from row `first` against one panel.
static inline __attribute__((always_inline)) void
NAME(rows_by_panel)(const tda_block *block, const tda_sum sum, const int count, size_t first, size_t panel) {
    const T *rows[ROWS];
    for (int r = 0; r < count; ++r) rows[r] = NAME(point)(block, block->first_row + first + (size_t)r);
    NAME(vector) totals[ROWS][VECTORS];
    NAME(sum_panel)(sum, count, rows, NAME(point)(block, (block->first_panel + panel) * WIDTH),
                    block->dimension, totals);
#pragma clang loop unroll(full)
    for (int r = 0; r < count; ++r) {
        size_t start = panel * WIDTH;
        size_t wanted = block->wanted[first + (size_t)r];
        if (wanted <= start) continue;
        TO *out = (TO *)block->out[first + (size_t)r] + start;
        NAME(result) results[VECTORS];
#pragma clang loop unroll(full)
        for (int v = 0; v < VECTORS; ++v)
            results[v] = NAME(finish)(sum, totals[r][v], (T)block->dimension, (T)block->factor);
        if (wanted >= start + WIDTH) {
#pragma clang loop unroll(full)
            for (int v = 0; v < VECTORS; ++v) *(NAME(result) *)(out + (size_t)v * LANES) = results[v];
        } else {
            memcpy(out, results, (wanted - start) * sizeof(TO));
        }
    }
}

static inline __attribute__((always_inline)) void
NAME(all_rows)(const tda_block *block, const tda_sum sum) {
    // A panel that fills the first cache is gone through once for all rows; small panels row by row,
    // so that the results are written in long runs.
    size_t panels_at_once = block->dimension * TDA_PANEL_BYTES > 8192 ? 1 : block->panel_count;
    for (size_t panel = 0; panel < block->panel_count; panel += panels_at_once) {
        size_t row = 0;
        for (; row + ROWS <= block->row_count; row += ROWS)
            for (size_t p = panel; p < panel + panels_at_once; ++p)
                NAME(rows_by_panel)(block, sum, ROWS, row, p);
        for (; row < block->row_count; ++row)
            for (size_t p = panel; p < panel + panels_at_once; ++p)
                NAME(rows_by_panel)(block, sum, 1, row, p);
    }
}

// Pair by pair: `pow` has no vector form here. The largest term is taken out, so that no power
// overflows or vanishes.
static void NAME(power_means)(const tda_block *block) {
    size_t dimension = block->dimension;
    for (size_t r = 0; r < block->row_count; ++r) {
        TO *out = block->out[r];
        for (size_t c = 0; c < block->wanted[r]; ++c) {
            const T *a = NAME(point)(block, block->first_row + r);
            const T *b = NAME(point)(block, block->first_panel * WIDTH + c);
            double largest = 0;
            for (size_t k = 0; k < dimension; ++k)
                largest = fmax(largest, fabs((double)a[k * WIDTH] - (double)b[k * WIDTH]));
            double total = 0;
            if (largest > 0 && largest < INFINITY)
                for (size_t k = 0; k < dimension; ++k)
                    total += pow(fabs((double)a[k * WIDTH] - (double)b[k * WIDTH]) / largest,
                                 block->exponent);
            // The largest term alone is 1, so that the total is at least that.
            out[c] = (TO)(total > 0 ? largest * pow(total, 1 / block->exponent) : largest);
        }
    }
}

static void NAME(block)(const tda_block *block) {
    switch (block->sum) {
    case TDA_SUM_OF_SQUARES: return NAME(all_rows)(block, TDA_SUM_OF_SQUARES);
    case TDA_ROOT_SUM_OF_SQUARES: return NAME(all_rows)(block, TDA_ROOT_SUM_OF_SQUARES);
    case TDA_SUM_OF_ABSOLUTES: return NAME(all_rows)(block, TDA_SUM_OF_ABSOLUTES);
    case TDA_LARGEST_ABSOLUTE: return NAME(all_rows)(block, TDA_LARGEST_ABSOLUTE);
    case TDA_SHARE_OF_DIFFERENT: return NAME(all_rows)(block, TDA_SHARE_OF_DIFFERENT);
    case TDA_POWER_MEAN: return NAME(power_means)(block);
    }
}

#undef WIDTH
#undef LANES
#undef VECTORS
#undef TERMS_IN_A_ROW
