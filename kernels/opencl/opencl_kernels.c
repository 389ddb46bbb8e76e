#include "opencl_kernels.h"

// #embed is C23's; this compiler takes it in earlier C too.
#pragma clang diagnostic ignored "-Wc23-extensions"

static const char distances[] = {
#embed "distances.cl"
    , 0};

static const char blocks[] = {
#embed "blocks.cl"
    , 0};

const char *tda_opencl_distances(void) { return distances; }

const char *tda_opencl_blocks(void) { return blocks; }
