// The polynomials over each arithmetic: `plain_`, `size_` (magnitudes), `dd_` and `ex_`.
#ifndef TDA_ARITHMETICS_H
#define TDA_ARITHMETICS_H

#include <math.h>

#include "expansion.h"

typedef struct { char unused; } no_arena;

#define NUM double
#define ARENA no_arena
#define NAME(f) plain_##f
#define DIFF(x, y) ((x) - (y))
#define ADD(x, y) ((x) + (y))
#define SUB(x, y) ((x) - (y))
#define MUL(x, y) ((x) * (y))
#include "polynomials.inc"
#undef NAME
#undef DIFF
#undef SUB

#define NAME(f) size_##f
#define DIFF(x, y) fabs((x) - (y))
#define SUB(x, y) ((x) + (y))
#include "polynomials.inc"
#undef NUM
#undef NAME
#undef DIFF
#undef ADD
#undef SUB
#undef MUL

#define NUM dd
#define NAME(f) dd_##f
#define DIFF(x, y) two_sum(x, -(y))
#define ADD(x, y) dd_add(x, y)
#define SUB(x, y) dd_add(x, dd_neg(y))
#define MUL(x, y) dd_mul(x, y)
#include "polynomials.inc"
#undef NUM
#undef ARENA
#undef NAME
#undef DIFF
#undef ADD
#undef SUB
#undef MUL

#define NUM expansion
#define ARENA arena
#define NAME(f) ex_##f
#define DIFF(x, y) ex_difference(arena, x, y)
#define ADD(x, y) ex_add(arena, x, y)
#define SUB(x, y) ex_add(arena, x, ex_neg(arena, y))
#define MUL(x, y) ex_mul(arena, x, y)
#include "polynomials.inc"
#undef NUM
#undef ARENA
#undef NAME
#undef DIFF
#undef ADD
#undef SUB
#undef MUL

// Differences are exact in double-double and every operation after them errs by less than 2^-102,
// so that a polynomial evaluated in at most 32 layers errs by less than this times its size.
#define DD_BOUND 0x1p-96
// The same for plain doubles, whose differences and operations err by 2^-53.
#define PLAIN_BOUND 0x1p-48

#endif
