// All kernels of one instruction set. Included with
//   ISA       its name as an identifier
//   BYTES     the width of a vector
//   ROWS      rows kept in registers, a divisor of every panel's width
// No include guard: that is the point.

#define JOIN_(a, b, c) a##_##b##_##c
#define JOIN(a, b, c) JOIN_(a, b, c)
#define TEXT_(a) #a
#define TEXT(a) TEXT_(a)

#define T float
#define TO float
#define NAME(x) JOIN(x, ISA, floats)
#include "block.h"
#undef T
#undef TO
#undef NAME

#define T double
#define TO double
#define NAME(x) JOIN(x, ISA, doubles)
#include "block.h"
#undef TO
#undef NAME

#define TO float
#define NAME(x) JOIN(x, ISA, doubles_to_floats)
#include "block.h"
#undef T
#undef TO
#undef NAME

#define NAME(x) JOIN(x, ISA, products)
#include "products.h"
#undef NAME

#define NAME(x) JOIN(block, ISA, x)
static const tda_distance_kernels JOIN(kernels, ISA, all) = {
    TEXT(ISA),
    NAME(floats),
    NAME(doubles),
    NAME(doubles_to_floats),
    JOIN(products, ISA, products),
};

#undef NAME
#undef JOIN_
#undef JOIN
#undef TEXT_
#undef TEXT
#undef ISA
#undef BYTES
#undef ROWS
