// The later stages of the predicates' signs.
#include "predicates.h"
// The pragma of predicates.h holds from here on.
#include "arithmetics.h"

#define DOUBTLESS(value, size, bound)                      \
    do {                                                   \
        if ((value) > (size) * (bound)) return 1;          \
        if ((value) < -(size) * (bound)) return -1;        \
    } while (0)

#define LATER_STAGES(f, ...)                               \
    no_arena *arena_of_none = 0;                           \
    double size = size_##f(arena_of_none, __VA_ARGS__);    \
    dd close = dd_##f(arena_of_none, __VA_ARGS__);         \
    DOUBTLESS(close.hi, size, DD_BOUND);                   \
    arena numbers;                                         \
    arena_open(&numbers);                                  \
    int sign = ex_sign(ex_##f(&numbers, __VA_ARGS__));     \
    arena_close(&numbers);                                 \
    return sign

#define ALL_STAGES(f, ...)                                                                    \
    DOUBTLESS(plain_##f((no_arena *)0, __VA_ARGS__), size_##f((no_arena *)0, __VA_ARGS__),    \
              PLAIN_BOUND);                                                                   \
    LATER_STAGES(f, __VA_ARGS__)

int tda_orient2d_exact(const double *a, const double *b, const double *c) {
    LATER_STAGES(orient2d, a, b, c);
}

int tda_orient3d_exact(const double *a, const double *b, const double *c, const double *d) {
    LATER_STAGES(orient3d, a, b, c, d);
}

int tda_incircle_exact(const double *a, const double *b, const double *c, const double *d) {
    LATER_STAGES(incircle, a, b, c, d);
}

int tda_insphere_exact(
    const double *a, const double *b, const double *c, const double *d, const double *e) {
    LATER_STAGES(insphere, a, b, c, d, e);
}

int tda_angle2d(const double *a, const double *b, const double *c) { ALL_STAGES(angle2d, a, b, c); }

int tda_angle3d(const double *a, const double *b, const double *c) { ALL_STAGES(angle3d, a, b, c); }

int tda_diametral_power(const double *a, const double *b, const double *c, const double *d) {
    ALL_STAGES(diametral, a, b, c, d);
}
