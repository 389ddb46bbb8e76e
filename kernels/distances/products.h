// From products of points to their distances, for one instruction set. Included with
//   BYTES     the width of a vector
//   NAME(x)   x with the suffix of this instance
// No include guard: that is the point.

#define LANES ((size_t)(BYTES / sizeof(float)))

typedef float NAME(vector) __attribute__((vector_size(BYTES), aligned(sizeof(float)), may_alias));
typedef int32_t NAME(lanes) __attribute__((vector_size(BYTES)));

// The squared distance over 2 is h(a) + h(b) - ab, where h is half a squared length. What that loses in
// the difference is told by the sum: a small share of it is not to be trusted.
static inline __attribute__((always_inline)) NAME(vector)
NAME(distance)(const tda_products *tile, const tda_sum sum, NAME(vector) row_half, NAME(vector) column_half,
               NAME(vector) product) {
    NAME(vector) halves = row_half + column_half;
    NAME(vector) half = halves - product;
    // A comparison with a NaN is false, so that what is no number is doubtful too.
    NAME(lanes) sure = (half >= halves * tile->least_share) & (halves >= tile->least_halves);
    NAME(vector) distance = sum == TDA_ROOT_SUM_OF_SQUARES ? __builtin_elementwise_sqrt(half + half) : half + half;
    distance *= tile->factor;
    NAME(vector) doubtful = -1 - (NAME(vector)){0};
    return (NAME(vector))((sure & (NAME(lanes))distance) | (~sure & (NAME(lanes))doubtful));
}

static inline __attribute__((always_inline)) size_t NAME(all_products)(const tda_products *tile, const tda_sum sum) {
    size_t doubtful_rows = 0;
    for (size_t r = 0; r < tile->row_count; ++r) {
        const float *products = tile->products + r * tile->stride;
        NAME(vector) row_half = tile->row_halves[r] - (NAME(vector)){0};
        NAME(lanes) doubtful = {0};
        float *out = tile->out[r];
        size_t wanted = tile->wanted[r], c = 0;
        for (; c + LANES <= wanted; c += LANES) {
            NAME(vector) distance =
                NAME(distance)(tile, sum, row_half, *(const NAME(vector) *)(tile->column_halves + c),
                               *(const NAME(vector) *)(products + c));
            doubtful |= distance < 0;
            *(NAME(vector) *)(out + c) = distance;
        }
        if (c < wanted) {
            NAME(vector) halves = {0}, rest = {0};
            memcpy(&halves, tile->column_halves + c, (wanted - c) * sizeof(float));
            memcpy(&rest, products + c, (wanted - c) * sizeof(float));
            NAME(vector) distance = NAME(distance)(tile, sum, row_half, halves, rest);
            memcpy(out + c, &distance, (wanted - c) * sizeof(float));
            for (size_t lane = 0; lane < wanted - c; ++lane) doubtful[0] |= -(distance[lane] < 0);
        }
        tile->is_doubtful[r] = __builtin_reduce_or(doubtful) != 0;
        doubtful_rows += tile->is_doubtful[r];
    }
    return doubtful_rows;
}

static size_t NAME(products)(const tda_products *tile) {
    return tile->sum == TDA_ROOT_SUM_OF_SQUARES ? NAME(all_products)(tile, TDA_ROOT_SUM_OF_SQUARES)
                                                : NAME(all_products)(tile, TDA_SUM_OF_SQUARES);
}

#undef LANES
