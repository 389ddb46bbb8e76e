// The block kernel for one pair of types. Included for each instruction set with
//   T, TO     the types of coordinates and of results
//   BYTES     the width of a vector
//   ROWS      how many rows are kept in registers at once, a divisor of the panel's width
//   NAME(x)   x with the suffix of this instance
// No include guard: that is the point.

#define WIDTH ((size_t)(TDA_PANEL_BYTES / sizeof(T)))
#define LANES ((size_t)(BYTES / sizeof(T)))
#define TILE 2

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

// Adds the terms of `count` rows, side by side in one panel, and TILE vectors of points to totals[r][v].
static inline __attribute__((always_inline)) void
NAME(add_terms)(const tda_sum sum, const int count, const T *rows, const T *points, size_t terms,
                NAME(vector) totals[ROWS][TILE]) {
    for (size_t k = 0; k < terms; ++k) {
        NAME(vector) columns[TILE];
#pragma clang loop unroll(full)
        for (int v = 0; v < TILE; ++v) columns[v] = *(const NAME(vector) *)(points + k * WIDTH + (size_t)v * LANES);
#pragma clang loop unroll(full)
        for (int r = 0; r < count; ++r) {
            // Less 0, which is nothing: plus 0 would be an addition, for the sake of -0.
            NAME(vector) row = rows[k * WIDTH + (size_t)r] - (NAME(vector)){0};
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE; ++v) totals[r][v] = NAME(add_term)(sum, totals[r][v], row, columns[v]);
        }
    }
}

static inline __attribute__((always_inline)) NAME(result)
NAME(finish)(const tda_sum sum, NAME(vector) total, T dimension, T factor) {
    if (sum == TDA_ROOT_SUM_OF_SQUARES) total = __builtin_elementwise_sqrt(total);
    if (sum == TDA_SHARE_OF_DIFFERENT) total = total / dimension;
    return __builtin_convertvector(total * factor, NAME(result));
}

// Writes the results of `count` rows from row `first` for the points from `start` on, counted from the
// block's first panel: as many as each row wants.
static inline __attribute__((always_inline)) void
NAME(write)(const tda_block *block, const tda_sum sum, const int count, size_t first, size_t start,
            NAME(vector) totals[ROWS][TILE]) {
#pragma clang loop unroll(full)
    for (int r = 0; r < count; ++r) {
        size_t wanted = block->wanted[first + (size_t)r];
        if (wanted <= start) continue;
        TO *out = (TO *)block->out[first + (size_t)r] + start;
        if (wanted >= start + TILE * LANES) {
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE; ++v)
                *(NAME(result) *)(out + (size_t)v * LANES) =
                    NAME(finish)(sum, totals[r][v], (T)block->dimension, (T)block->factor);
        } else {
            // By way of memory, which costs more than the distances of low dimension.
            NAME(result) results[TILE];
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE; ++v)
                results[v] = NAME(finish)(sum, totals[r][v], (T)block->dimension, (T)block->factor);
            memcpy(out, results, (wanted - start) * sizeof(TO));
        }
    }
}

// `count` rows from row `first` against the block's first `panels` panels, where all terms make one run.
static inline __attribute__((always_inline)) void
NAME(short_rows)(const tda_block *block, const tda_sum sum, const int count, size_t first, size_t panels) {
    const T *rows = NAME(point)(block, block->first_row + first);
    for (size_t panel = 0; panel < panels; ++panel)
        for (size_t lane = 0; lane < WIDTH; lane += TILE * LANES) {
            NAME(vector) totals[ROWS][TILE] = {{{0}}};
            NAME(add_terms)(sum, count, rows, NAME(point)(block, (block->first_panel + panel) * WIDTH + lane),
                            block->dimension, totals);
            NAME(write)(block, sum, count, first, panel * WIDTH + lane, totals);
        }
}

// `count` rows against one panel, the sums of one run of terms added to `sums`, or put there.
static inline __attribute__((always_inline)) void
NAME(run_of_terms)(const tda_sum sum, const int count, const T *rows, const T *panel, size_t terms,
                   int is_first, T (*sums)[WIDTH]) {
    for (size_t lane = 0; lane < WIDTH; lane += TILE * LANES) {
        NAME(vector) part[ROWS][TILE] = {{{0}}};
        NAME(add_terms)(sum, count, rows, panel + lane, terms, part);
#pragma clang loop unroll(full)
        for (int r = 0; r < count; ++r)
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE; ++v) {
                NAME(vector) *total = (NAME(vector) *)(sums[r] + lane + (size_t)v * LANES);
                if (is_first)
                    *total = part[r][v];
                else if (sum == TDA_LARGEST_ABSOLUTE)
                    *total = __builtin_elementwise_max(*total, part[r][v]);
                else
                    *total += part[r][v];
            }
    }
}

// The rows of one panel, `count` from row `first`, against one panel: run after run, so that what is
// read stays in the first cache while all rows meet it.
static inline __attribute__((always_inline)) void
NAME(long_rows)(const tda_block *block, const tda_sum sum, size_t first, size_t count, size_t panel) {
    T sums[WIDTH][WIDTH] __attribute__((aligned(TDA_PANEL_BYTES)));
    const T *rows = NAME(point)(block, block->first_row + first);
    const T *points = NAME(point)(block, (block->first_panel + panel) * WIDTH);
    for (size_t start = 0; start < block->dimension; start += TERMS_IN_A_ROW) {
        size_t left = block->dimension - start, terms = left < TERMS_IN_A_ROW ? left : TERMS_IN_A_ROW;
        const T *run = points + start * WIDTH, *row_run = rows + start * WIDTH;
        size_t r = 0;
        for (; r + ROWS <= count; r += ROWS)
            NAME(run_of_terms)(sum, ROWS, row_run + r, run, terms, start == 0, sums + r);
        for (; r < count; ++r) NAME(run_of_terms)(sum, 1, row_run + r, run, terms, start == 0, sums + r);
    }
    for (size_t r = 0; r < count; ++r)
        for (size_t lane = 0; lane < WIDTH; lane += TILE * LANES) {
            NAME(vector) totals[ROWS][TILE];
#pragma clang loop unroll(full)
            for (int v = 0; v < TILE; ++v) totals[0][v] = *(NAME(vector) *)(sums[r] + lane + (size_t)v * LANES);
            NAME(write)(block, sum, 1, first + r, panel * WIDTH + lane, totals);
        }
}

static inline __attribute__((always_inline)) void
NAME(all_rows)(const tda_block *block, const tda_sum sum) {
    if (block->dimension <= TERMS_IN_A_ROW) {
        // Row by row, so that the results are written in long runs.
        for (size_t row = 0; row < block->row_count;) {
            if ((block->first_row + row) % ROWS == 0 && row + ROWS <= block->row_count) {
                NAME(short_rows)(block, sum, ROWS, row, block->panel_count);
                row += ROWS;
            } else {
                NAME(short_rows)(block, sum, 1, row, block->panel_count);
                row += 1;
            }
        }
        return;
    }
    for (size_t panel = 0; panel < block->panel_count; ++panel)
        for (size_t row = 0; row < block->row_count;) {
            size_t in_panel = WIDTH - (block->first_row + row) % WIDTH;
            size_t left = block->row_count - row, count = left < in_panel ? left : in_panel;
            NAME(long_rows)(block, sum, row, count, panel);
            row += count;
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
#undef TILE
#undef TERMS_IN_A_ROW
