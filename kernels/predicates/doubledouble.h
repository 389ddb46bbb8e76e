// Error-free transformations, and double-double numbers on top of them.
//
// Needs round-to-nearest-even and no contraction of a * b + c, see predicates.h. The relative error of
// `dd_add` and `dd_mul` is below 2^-102: Joldes, Muller, Popescu, Tight and Rigorous Error Bounds for
// Basic Building Blocks of Double-Word Arithmetic (2017).
#ifndef TDA_DOUBLEDOUBLE_H
#define TDA_DOUBLEDOUBLE_H

typedef struct { double hi, lo; } dd;

/// a + b exactly, for |a| ≥ |b|.
static inline dd fast_two_sum(double a, double b) {
    double s = a + b;
    return (dd){s, b - (s - a)};
}

/// a + b exactly.
static inline dd two_sum(double a, double b) {
    double s = a + b, bv = s - a, av = s - bv;
    return (dd){s, (a - av) + (b - bv)};
}

/// The upper half of a number's bits; the lower half is what is missing from it.
static inline double upper_half(double a) {
    double c = 0x1.0000002p27 * a;
    return c - (c - a);
}

/// a · b exactly, barring overflow and underflow.
static inline dd two_product(double a, double b) {
    double p = a * b;
    double ah = upper_half(a), al = a - ah, bh = upper_half(b), bl = b - bh;
    return (dd){p, al * bl - (((p - ah * bh) - al * bh) - ah * bl)};
}

static inline dd dd_neg(dd a) { return (dd){-a.hi, -a.lo}; }

static inline dd dd_add(dd a, dd b) {
    dd s = two_sum(a.hi, b.hi), t = two_sum(a.lo, b.lo);
    dd v = fast_two_sum(s.hi, s.lo + t.hi);
    return fast_two_sum(v.hi, t.lo + v.lo);
}

static inline dd dd_mul(dd a, dd b) {
    dd p = two_product(a.hi, b.hi);
    return fast_two_sum(p.hi, p.lo + (a.hi * b.lo + a.lo * b.hi));
}

/// a / b; the relative error is below 2^-98.
static inline dd dd_div(dd a, dd b) {
    double q = a.hi / b.hi;
    dd r = dd_add(a, dd_neg(dd_mul(b, (dd){q, 0})));
    double q2 = r.hi / b.hi;
    r = dd_add(r, dd_neg(dd_mul(b, (dd){q2, 0})));
    dd s = fast_two_sum(q, q2);
    return dd_add(s, (dd){r.hi / b.hi, 0});
}

#endif
