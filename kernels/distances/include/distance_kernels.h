// Blocks of pairwise distances: rows of points against panels of points, one vector lane a pair.
//
// A panel holds TDA_PANEL_BYTES / sizeof(T) points (32 floats or 16 doubles wide), coordinate by
// coordinate: panel[k * width + lane] is coordinate k of point `lane`. Each pair is summed in the
// same order whatever the block it stands in, so that a distance does not depend on how the work
// was cut; the last bits may depend on the instruction set.
#ifndef TDA_DISTANCE_KERNELS_H
#define TDA_DISTANCE_KERNELS_H

#include <stddef.h>

#define TDA_PANEL_BYTES 128

/// The numbers are known to kernels/opencl too.
typedef enum tda_sum {
    TDA_SUM_OF_SQUARES,       // Σ (a - b)²
    TDA_ROOT_SUM_OF_SQUARES,  // √ Σ (a - b)²
    TDA_SUM_OF_ABSOLUTES,     // Σ |a - b|
    TDA_LARGEST_ABSOLUTE,     // max |a - b|
    TDA_SHARE_OF_DIFFERENT,   // |{k : a ≠ b}| / dimension
    TDA_POWER_MEAN,           // (Σ |a - b|^p)^(1/p)
} tda_sum;

/// A block: `row_count` points from `first_row` on against the points of `panel_count` panels.
typedef struct tda_block {
    /// All points, one panel after another; what the last panel lacks is filled with zeros.
    const void *panels;
    size_t dimension;
    size_t first_row;
    size_t row_count;
    size_t first_panel;
    size_t panel_count;
    /// Where row r's distances to the first panel's first point and those after it are written.
    void *const *out;
    /// How many of them row r wants, at most panel_count * width: the others are not written.
    const size_t *wanted;
    tda_sum sum;
    double exponent;  // p of TDA_POWER_MEAN
    double factor;    // every result is multiplied by it
} tda_block;

/// A tile of the products ab of row points with column points, on its way to distances.
typedef struct tda_products {
    /// Row r's products stand from `r * stride` on.
    const float *products;
    size_t stride;
    size_t row_count;
    /// Half the squared length of each row's point and of each column's.
    const float *row_halves;
    const float *column_halves;
    /// Where row r's distances are written, and how many of them it wants.
    float *const *out;
    const size_t *wanted;
    tda_sum sum;   // TDA_SUM_OF_SQUARES or TDA_ROOT_SUM_OF_SQUARES
    float factor;  // every result is multiplied by it
    /// A distance is sure whose half square is at least this share of the sum of the two halves, and
    /// whose two halves have at least that sum; -1 is written for the others.
    float least_share;
    float least_halves;
    /// Set for each row: whether it has a distance that is not sure.
    unsigned char *is_doubtful;
} tda_products;

typedef struct tda_distance_kernels {
    /// The instruction set: "baseline", "avx2" or "avx512".
    const char *name;
    void (*floats)(const tda_block *block);
    void (*doubles)(const tda_block *block);
    /// Double coordinates and arithmetic, the results rounded to float once.
    void (*doubles_to_floats)(const tda_block *block);
    /// Distances from products; returns how many rows have one that is not sure.
    size_t (*products)(const tda_products *tile);
} tda_distance_kernels;

/// The kernels for the widest instruction set of this machine, or for the one that the environment
/// variable TDA_ISA names when the machine has it.
const tda_distance_kernels *tda_distance_kernels_select(void);

/// The kernels for the instruction set `name`; null where the machine lacks it.
const tda_distance_kernels *tda_distance_kernels_named(const char *name);

/// The largest absolute value of `count` numbers, 0 for none.
float tda_largest_magnitude_floats(const float *values, size_t count);
double tda_largest_magnitude_doubles(const double *values, size_t count);

#endif
