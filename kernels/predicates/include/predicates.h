// Exact geometric predicates and correctly rounded circumradii of points in the plane and in space.
//
// Each sign is decided in up to three stages: plain floating point with a bound on its error, then
// double-double with a bound, then expansions, which are exact. The first stage follows
//   J. R. Shewchuk, Adaptive Precision Floating-Point Arithmetic and Fast Robust Geometric Predicates,
//   Discrete & Computational Geometry 18 (1997),
// whose error bounds it uses; the later ones are built on the same paper's expansions.
//
// Range: exact where every coordinate is zero or has magnitude from 2^-79 to 2^120, so that no
// product of eight differences overflows and none of its lowest bits underflows. The callers scale.
//
// Points are arrays of two or three doubles. Signs are -1, 0 or 1.
#ifndef TDA_PREDICATES_H
#define TDA_PREDICATES_H

#include <math.h>

// Every bound here counts on each operation being rounded by itself: no fused operations, neither in this
// header's functions, wherever they are compiled, nor in the files behind it.
#pragma STDC FP_CONTRACT OFF

// The stages behind the filters below.
int tda_orient2d_exact(const double *a, const double *b, const double *c);
int tda_orient3d_exact(const double *a, const double *b, const double *c, const double *d);
int tda_incircle_exact(const double *a, const double *b, const double *c, const double *d);
int tda_insphere_exact(
    const double *a, const double *b, const double *c, const double *d, const double *e);

/// The sign of (a - c) · (b - c): negative where the angle at c is obtuse.
int tda_angle2d(const double *a, const double *b, const double *c);
int tda_angle3d(const double *a, const double *b, const double *c);

/// The sign of the power of d with respect to the smallest sphere through a, b and c, which are not
/// collinear: negative where d is inside it.
int tda_diametral_power(const double *a, const double *b, const double *c, const double *d);

/// Squared circumradii, the exact rational numbers correctly rounded.
double tda_edge_radius2d(const double *a, const double *b);
double tda_edge_radius3d(const double *a, const double *b);
double tda_triangle_radius2d(const double *a, const double *b, const double *c);
double tda_triangle_radius3d(const double *a, const double *b, const double *c);
double tda_tetrahedron_radius(const double *a, const double *b, const double *c, const double *d);

// Half an ulp of 1, in which Shewchuk states his bounds.
#define TDA_EPS 0x1p-53

static inline int tda_sign(double x) { return (x > 0) - (x < 0); }

/// Positive where a, b, c turn left.
static inline int tda_orient2d(const double *a, const double *b, const double *c) {
    double left = (a[0] - c[0]) * (b[1] - c[1]);
    double right = (a[1] - c[1]) * (b[0] - c[0]);
    double det = left - right;
    double bound = (3 + 16 * TDA_EPS) * TDA_EPS * (fabs(left) + fabs(right));
    if (det > bound) return 1;
    if (det < -bound) return -1;
    return tda_orient2d_exact(a, b, c);
}

/// Positive where d lies below the plane of a, b, c, which turn left seen from above.
static inline int tda_orient3d(
    const double *a, const double *b, const double *c, const double *d, double certain) {
    double adx = a[0] - d[0], ady = a[1] - d[1], adz = a[2] - d[2];
    double bdx = b[0] - d[0], bdy = b[1] - d[1], bdz = b[2] - d[2];
    double cdx = c[0] - d[0], cdy = c[1] - d[1], cdz = c[2] - d[2];
    double bc1 = bdx * cdy, bc2 = cdx * bdy;
    double ca1 = cdx * ady, ca2 = adx * cdy;
    double ab1 = adx * bdy, ab2 = bdx * ady;
    double det = adz * (bc1 - bc2) + bdz * (ca1 - ca2) + cdz * (ab1 - ab2);
    if (det > certain) return 1;
    if (det < -certain) return -1;
    double permanent = fabs(adz) * (fabs(bc1) + fabs(bc2)) + fabs(bdz) * (fabs(ca1) + fabs(ca2))
        + fabs(cdz) * (fabs(ab1) + fabs(ab2));
    double bound = (7 + 56 * TDA_EPS) * TDA_EPS * permanent;
    if (det > bound) return 1;
    if (det < -bound) return -1;
    return tda_orient3d_exact(a, b, c, d);
}

/// Positive where d is inside the circle through a, b, c, which turn left.
/// `certain` bounds the rounding error for all points of the input: beyond it there is no doubt.
static inline int tda_incircle(
    const double *a, const double *b, const double *c, const double *d, double certain) {
    double adx = a[0] - d[0], ady = a[1] - d[1];
    double bdx = b[0] - d[0], bdy = b[1] - d[1];
    double cdx = c[0] - d[0], cdy = c[1] - d[1];
    double bc1 = bdx * cdy, bc2 = cdx * bdy;
    double ca1 = cdx * ady, ca2 = adx * cdy;
    double ab1 = adx * bdy, ab2 = bdx * ady;
    double alift = adx * adx + ady * ady;
    double blift = bdx * bdx + bdy * bdy;
    double clift = cdx * cdx + cdy * cdy;
    double det = alift * (bc1 - bc2) + blift * (ca1 - ca2) + clift * (ab1 - ab2);
    if (det > certain) return 1;
    if (det < -certain) return -1;
    double permanent = alift * (fabs(bc1) + fabs(bc2)) + blift * (fabs(ca1) + fabs(ca2))
        + clift * (fabs(ab1) + fabs(ab2));
    double bound = (10 + 96 * TDA_EPS) * TDA_EPS * permanent;
    if (det > bound) return 1;
    if (det < -bound) return -1;
    return tda_incircle_exact(a, b, c, d);
}

/// Positive where e is inside the sphere through a, b, c, d, which have positive orientation.
static inline int tda_insphere(
    const double *a, const double *b, const double *c, const double *d, const double *e,
    double certain) {
    double aex = a[0] - e[0], aey = a[1] - e[1], aez = a[2] - e[2];
    double bex = b[0] - e[0], bey = b[1] - e[1], bez = b[2] - e[2];
    double cex = c[0] - e[0], cey = c[1] - e[1], cez = c[2] - e[2];
    double dex = d[0] - e[0], dey = d[1] - e[1], dez = d[2] - e[2];
    double ab1 = aex * bey, ab2 = bex * aey, ab = ab1 - ab2;
    double bc1 = bex * cey, bc2 = cex * bey, bc = bc1 - bc2;
    double cd1 = cex * dey, cd2 = dex * cey, cd = cd1 - cd2;
    double da1 = dex * aey, da2 = aex * dey, da = da1 - da2;
    double ac1 = aex * cey, ac2 = cex * aey, ac = ac1 - ac2;
    double bd1 = bex * dey, bd2 = dex * bey, bd = bd1 - bd2;
    double abc = aez * bc - bez * ac + cez * ab;
    double bcd = bez * cd - cez * bd + dez * bc;
    double cda = cez * da + dez * ac + aez * cd;
    double dab = dez * ab + aez * bd + bez * da;
    double alift = aex * aex + aey * aey + aez * aez;
    double blift = bex * bex + bey * bey + bez * bez;
    double clift = cex * cex + cey * cey + cez * cez;
    double dlift = dex * dex + dey * dey + dez * dez;
    double det = (dlift * abc - clift * dab) + (blift * cda - alift * bcd);
    if (det > certain) return 1;
    if (det < -certain) return -1;
    double abm = fabs(ab1) + fabs(ab2), bcm = fabs(bc1) + fabs(bc2), cdm = fabs(cd1) + fabs(cd2);
    double dam = fabs(da1) + fabs(da2), acm = fabs(ac1) + fabs(ac2), bdm = fabs(bd1) + fabs(bd2);
    double am = fabs(aez), bm = fabs(bez), cm = fabs(cez), dm = fabs(dez);
    double permanent = (cdm * bm + bdm * cm + bcm * dm) * alift + (dam * cm + acm * dm + cdm * am) * blift
        + (abm * dm + bdm * am + dam * bm) * clift + (bcm * am + acm * bm + abm * cm) * dlift;
    double bound = (16 + 224 * TDA_EPS) * TDA_EPS * permanent;
    if (det > bound) return 1;
    if (det < -bound) return -1;
    return tda_insphere_exact(a, b, c, d, e);
}

#endif
