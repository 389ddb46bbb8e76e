#include "distance_kernels.h"

#include <math.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

// Multiply-adds are fused where the instruction set has them, and only there.
#pragma clang fp contract(fast)

#define ISA baseline
#define BYTES 16
#define ROWS 4
#include "instruction_set.h"

#if defined(__x86_64__)

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)
#define ISA avx2
#define BYTES 32
#define ROWS 4
#include "instruction_set.h"
#pragma clang attribute pop

#pragma clang attribute push(__attribute__((target("avx512f,avx512dq,avx512bw,avx512vl,avx2,fma"))), apply_to = function)
#define ISA avx512
#define BYTES 64
#define ROWS 8
#include "instruction_set.h"
#pragma clang attribute pop

#endif

const tda_distance_kernels *tda_distance_kernels_named(const char *name) {
    if (strcmp(name, "baseline") == 0) return &kernels_baseline_all;
#if defined(__x86_64__)
    if (strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma"))
        return &kernels_avx2_all;
    if (strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
        __builtin_cpu_supports("avx512vl"))
        return &kernels_avx512_all;
#endif
    return NULL;
}

const tda_distance_kernels *tda_distance_kernels_select(void) {
    const char *asked = getenv("TDA_ISA");
    const tda_distance_kernels *kernels = asked ? tda_distance_kernels_named(asked) : NULL;
    if (!kernels) kernels = tda_distance_kernels_named("avx512");
    if (!kernels) kernels = tda_distance_kernels_named("avx2");
    return kernels ? kernels : &kernels_baseline_all;
}

#define T float
#define BITS int32_t
#define MOST INT32_MAX
#define NAME(x) x##_floats
#include "largest_magnitude.h"
#undef T
#undef BITS
#undef MOST
#undef NAME

#define T double
#define BITS int64_t
#define MOST INT64_MAX
#define NAME(x) x##_doubles
#include "largest_magnitude.h"
#undef T
#undef BITS
#undef MOST
#undef NAME
