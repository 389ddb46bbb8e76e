// Pairwise distances of points, tile by tile. Built with
//   REAL     float or double: the coordinates and the arithmetic
//   RESULT   float or double: what is written
//   SUM      which sum: a number of tda_sum in kernels/distances
// The host's kernels (kernels/distances) compute the same from the same differences, in runs of as many
// terms; the order within differs, so that last bits may.

#ifdef NEEDS_DOUBLES
#pragma OPENCL EXTENSION cl_khr_fp64 : enable
#endif

#if SUM == 0 || SUM == 1
#define TERM(d) ((d) * (d))
#elif SUM == 4
#define TERM(d) ((d) != 0 ? (REAL)1 : (REAL)0)
#else
#define TERM(d) fabs(d)
#endif

#if SUM == 3
#define JOIN(a, b) fmax(a, b)
#else
#define JOIN(a, b) ((a) + (b))
#endif

#if SUM == 1
#define FINISH(s) sqrt(s)
#elif SUM == 4
#define FINISH(s) ((s) / dimension)
#else
#define FINISH(s) (s)
#endif

#define SIDE 64     // points on each side of a tile
#define DEPTH 16    // coordinates that are held at once
#define ITEMS 16    // work-items along a side
#define EACH 4      // points of each side that an item looks at: SIDE / ITEMS
#define RUNS 4      // loads of DEPTH whose terms are summed by themselves

// Coordinates `start` and on of the SIDE points from `first` on, coordinate by coordinate; 0 where there
// is none.
void load_points(__local REAL *tile, __global const REAL *points, uint count, uint dimension, uint first,
                 uint start) {
    uint item = get_local_id(1) * ITEMS + get_local_id(0);
    uint k = item % DEPTH;
    for (uint point = item / DEPTH; point < SIDE; point += ITEMS * ITEMS / DEPTH) {
        bool there = first + point < count && start + k < dimension;
        tile[k * (SIDE + 1) + point] = there ? points[(ulong)(first + point) * dimension + start + k] : (REAL)0;
    }
}

/// Distances from the points `first_row` ≤ r < `end_row` to those before each, as they stand in a condensed
/// matrix: `out` begins with the first pair of `first_row`. One group computes SIDE × SIDE pairs; groups
/// without any end at once.
__kernel __attribute__((reqd_work_group_size(ITEMS, ITEMS, 1)))
void distances(__global const REAL *points, uint count, uint dimension, uint first_row, uint end_row,
               REAL factor, __global RESULT *out) {
    __local REAL row_tile[DEPTH * (SIDE + 1)];
    __local REAL column_tile[DEPTH * (SIDE + 1)];
    uint rows = first_row + get_group_id(1) * SIDE;
    uint columns = get_group_id(0) * SIDE;
    // The same for all items of the group.
    if (columns + 1 >= min(rows + SIDE, end_row)) return;

    uint x = get_local_id(0), y = get_local_id(1);
    REAL total[EACH][EACH], part[EACH][EACH];
    for (uint i = 0; i < EACH; ++i)
        for (uint j = 0; j < EACH; ++j) total[i][j] = part[i][j] = 0;

    uint loads = 0;
    for (uint start = 0; start < dimension; start += DEPTH) {
        load_points(row_tile, points, count, dimension, rows, start);
        load_points(column_tile, points, count, dimension, columns, start);
        barrier(CLK_LOCAL_MEM_FENCE);
        for (uint k = 0; k < DEPTH; ++k) {
            REAL row[EACH], column[EACH];
            for (uint i = 0; i < EACH; ++i) row[i] = row_tile[k * (SIDE + 1) + y + i * ITEMS];
            for (uint j = 0; j < EACH; ++j) column[j] = column_tile[k * (SIDE + 1) + x + j * ITEMS];
            for (uint i = 0; i < EACH; ++i)
                for (uint j = 0; j < EACH; ++j) {
                    REAL d = row[i] - column[j];
                    part[i][j] = JOIN(part[i][j], TERM(d));
                }
        }
        barrier(CLK_LOCAL_MEM_FENCE);
        if (++loads % RUNS == 0 || start + DEPTH >= dimension)
            for (uint i = 0; i < EACH; ++i)
                for (uint j = 0; j < EACH; ++j) {
                    total[i][j] = JOIN(total[i][j], part[i][j]);
                    part[i][j] = 0;
                }
    }

    ulong base = (ulong)first_row * (first_row - (first_row > 0)) / 2;
    for (uint i = 0; i < EACH; ++i)
        for (uint j = 0; j < EACH; ++j) {
            uint row = rows + y + i * ITEMS, column = columns + x + j * ITEMS;
            if (row >= end_row || column >= row) continue;
            REAL s = total[i][j];
            out[(ulong)row * (row - 1) / 2 + column - base] = (RESULT)(FINISH(s) * factor);
        }
}
