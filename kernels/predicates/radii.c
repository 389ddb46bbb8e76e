// Squared circumradii, correctly rounded: equal radii are equal doubles, however they were found.
#include "predicates.h"
// The pragma of predicates.h holds from here on.
#include "arithmetics.h"

/// above / below, both positive, rounded to nearest; half-way to even.
static double rounded_quotient(arena *arena, expansion above, expansion below) {
    if (above.count == 0) return 0;
    double q = ex_estimate(above) / ex_estimate(below);
    for (;;) {
        // Where above / below lies beyond q + h or q - h, half a step to the next double, step.
        double up = nextafter(q, INFINITY), down = nextafter(q, 0);
        expansion twice = ex_add(arena, above, above);
        // 2 · above - (q + up) · below, with q + up as an exact sum.
        dd s = two_sum(q, up);
        double parts[2];
        expansion middle = {0, parts};
        if (s.lo != 0) parts[middle.count++] = s.lo;
        parts[middle.count++] = s.hi;
        int beyond = ex_sign(ex_add(arena, twice, ex_neg(arena, ex_mul(arena, middle, below))));
        s = two_sum(q, down);
        middle.count = 0;
        if (s.lo != 0) parts[middle.count++] = s.lo;
        parts[middle.count++] = s.hi;
        int before = ex_sign(ex_add(arena, twice, ex_neg(arena, ex_mul(arena, middle, below))));
        int odd = fmod(q / (up - q), 2) != 0;
        if (beyond > 0 || (beyond == 0 && odd)) q = up;
        else if (before < 0 || (before == 0 && odd)) q = down;
        else return q;
    }
}

/// Whether every number within `error` of `x` rounds to x.hi.
static int certainly_rounded(dd x, double error) {
    return x.hi + (x.lo + error) == x.hi && x.hi + (x.lo - error) == x.hi;
}

static double rounded_expansion(arena *arena, expansion e) {
    double one = 1;
    return rounded_quotient(arena, e, (expansion){1, &one});
}

// Below this the lower halves of double-doubles underflow.
#define TINY 0x1p-850

#define QUOTIENT(f, ...)                                                                     \
    no_arena *none = 0;                                                                      \
    dd_quotient near = dd_##f(none, __VA_ARGS__);                                            \
    size_quotient size = size_##f(none, __VA_ARGS__);                                        \
    if (near.below.hi > TINY && near.above.hi > TINY) {                                      \
        double error = DD_BOUND * (size.above / near.above.hi + size.below / near.below.hi); \
        dd q = dd_div(near.above, near.below);                                               \
        if (error < 0x1p-60 && certainly_rounded(q, 2 * (error + DD_BOUND) * q.hi)) return q.hi; \
    }                                                                                        \
    arena numbers;                                                                           \
    arena_open(&numbers);                                                                    \
    ex_quotient exact = ex_##f(&numbers, __VA_ARGS__);                                       \
    double value = rounded_quotient(&numbers, exact.above, exact.below);                     \
    arena_close(&numbers);                                                                   \
    return value

#define QUARTER(f, ...)                                                                      \
    dd near = dd_##f((no_arena *)0, __VA_ARGS__);                                            \
    if (certainly_rounded(near, DD_BOUND * near.hi)) return near.hi / 4;                     \
    arena numbers;                                                                           \
    arena_open(&numbers);                                                                    \
    double value = rounded_expansion(&numbers, ex_##f(&numbers, __VA_ARGS__)) / 4;           \
    arena_close(&numbers);                                                                   \
    return value

double tda_edge_radius2d(const double *a, const double *b) { QUARTER(square2d, a, b); }

double tda_edge_radius3d(const double *a, const double *b) { QUARTER(square3d, a, b); }

double tda_triangle_radius2d(const double *a, const double *b, const double *c) {
    QUOTIENT(triangle2d, a, b, c);
}

double tda_triangle_radius3d(const double *a, const double *b, const double *c) {
    QUOTIENT(triangle3d, a, b, c);
}

double tda_tetrahedron_radius(const double *a, const double *b, const double *c, const double *d) {
    QUOTIENT(tetrahedron, a, b, c, d);
}
