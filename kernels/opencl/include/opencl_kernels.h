// The texts of our OpenCL programs, as the drivers' compilers take them; each says at its top what it
// computes and which macros it wants.
#ifndef TDA_OPENCL_KERNELS_H
#define TDA_OPENCL_KERNELS_H

/// Blocks of pairwise distances.
const char *tda_opencl_distances(void);

/// The shape of every edge's block: its lune, its apex or its pivot vertex.
const char *tda_opencl_blocks(void);

#endif
