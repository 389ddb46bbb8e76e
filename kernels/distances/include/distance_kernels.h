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

typedef struct tda_distance_kernels {
    /// The instruction set: "baseline", "avx2" or "avx512".
    const char *name;
    void (*floats)(const tda_block *block);
    void (*doubles)(const tda_block *block);
    /// Double coordinates and arithmetic, the results rounded to float once.
    void (*doubles_to_floats)(const tda_block *block);
} tda_distance_kernels;

/// The kernels for the widest instruction set of this machine, or for the one that the environment
/// variable TDA_ISA names when the machine has it.
const tda_distance_kernels *tda_distance_kernels_select(void);

/// The kernels for the instruction set `name`; null where the machine lacks it.
const tda_distance_kernels *tda_distance_kernels_named(const char *name);

#endif
