// Exact arithmetic on expansions: sums of doubles that do not overlap, smallest first, without
// zeros. Shewchuk's paper, sections 2.4 to 2.8.
//
// Every result is compressed, so that a number never takes many more components than it has bits
// to fill. Results live in an arena, which one evaluation owns.
#ifndef TDA_EXPANSION_H
#define TDA_EXPANSION_H

#include <stdlib.h>

#include "doubledouble.h"

typedef struct { int count; double *part; } expansion;

/// Where the numbers of one evaluation live: a buffer on the stack, then blocks on the heap.
typedef struct arena_block { struct arena_block *previous; double room[]; } arena_block;
typedef struct {
    double *next, *end;
    arena_block *blocks;
    double first[1024];
} arena;

static inline void arena_open(arena *arena) {
    arena->next = arena->first;
    arena->end = arena->first + 1024;
    arena->blocks = NULL;
}

static inline void arena_close(arena *arena) {
    while (arena->blocks) {
        arena_block *previous = arena->blocks->previous;
        free(arena->blocks);
        arena->blocks = previous;
    }
}

static inline double *arena_take(arena *arena, int count) {
    if (arena->end - arena->next < count) {
        int room = count > 16384 ? count : 16384;
        arena_block *block = malloc(sizeof(arena_block) + sizeof(double) * (size_t)room);
        if (!block) abort();  // 128 KiB: there is nothing left to answer with
        block->previous = arena->blocks;
        arena->blocks = block;
        arena->next = block->room;
        arena->end = block->room + room;
    }
    double *taken = arena->next;
    arena->next += count;
    return taken;
}

/// Compresses `count` components in place; returns how many are left.
static inline int compress(int count, double *part) {
    if (count == 0) return 0;
    double q = part[count - 1];
    int bottom = count - 1;
    for (int i = count - 2; i >= 0; i--) {
        dd s = fast_two_sum(q, part[i]);
        q = s.hi;
        if (s.lo != 0) {
            part[bottom--] = q;
            q = s.lo;
        }
    }
    part[bottom] = q;
    int top = 0;
    for (int i = bottom + 1; i < count; i++) {
        dd s = fast_two_sum(part[i], q);
        q = s.hi;
        if (s.lo != 0) part[top++] = s.lo;
    }
    if (q != 0) part[top++] = q;
    return top;
}

static inline expansion ex_difference(arena *arena, double a, double b) {
    dd s = two_sum(a, -b);
    expansion r = {0, arena_take(arena, 2)};
    if (s.lo != 0) r.part[r.count++] = s.lo;
    if (s.hi != 0) r.part[r.count++] = s.hi;
    return r;
}

/// h = e + f, into room for e.count + f.count components: fast expansion sum with zero elimination.
static inline int sum_into(expansion e, expansion f, double *h) {
    int i = 0, j = 0, count = 0;
    if (e.count == 0 || f.count == 0) {
        expansion g = e.count ? e : f;
        for (; i < g.count; i++) h[i] = g.part[i];
        return g.count;
    }
    // Merge by magnitude.
    double q = 0;
    int started = 0;
    while (i < e.count || j < f.count) {
        double next;
        if (j == f.count || (i < e.count && fabs(e.part[i]) < fabs(f.part[j]))) next = e.part[i++];
        else next = f.part[j++];
        if (!started) {
            q = next;
            started = 1;
            continue;
        }
        dd s = two_sum(q, next);
        q = s.hi;
        if (s.lo != 0) h[count++] = s.lo;
    }
    if (q != 0) h[count++] = q;
    return count;
}

/// h = e · b, into room for 2 · e.count components.
static inline int scale_into(expansion e, double b, double *h) {
    int count = 0;
    if (e.count == 0) return 0;
    dd p = two_product(e.part[0], b);
    double q = p.hi;
    if (p.lo != 0) h[count++] = p.lo;
    for (int i = 1; i < e.count; i++) {
        p = two_product(e.part[i], b);
        dd s = two_sum(q, p.lo);
        if (s.lo != 0) h[count++] = s.lo;
        dd t = fast_two_sum(p.hi, s.hi);
        q = t.hi;
        if (t.lo != 0) h[count++] = t.lo;
    }
    if (q != 0) h[count++] = q;
    return count;
}

static inline expansion ex_add(arena *arena, expansion e, expansion f) {
    expansion r = {0, arena_take(arena, e.count + f.count)};
    r.count = compress(sum_into(e, f, r.part), r.part);
    return r;
}

static inline expansion ex_neg(arena *arena, expansion e) {
    expansion r = {e.count, arena_take(arena, e.count)};
    for (int i = 0; i < e.count; i++) r.part[i] = -e.part[i];
    return r;
}

static inline expansion ex_mul(arena *arena, expansion e, expansion f) {
    if (e.count < f.count) {
        expansion g = e;
        e = f;
        f = g;
    }
    if (f.count == 0) return f;
    // Partial sums alternate between two buffers.
    int room = 2 * e.count * f.count;
    expansion term = {0, arena_take(arena, 2 * e.count)};
    expansion sum = {0, arena_take(arena, room)}, other = {0, arena_take(arena, room)};
    for (int i = 0; i < f.count; i++) {
        term.count = scale_into(e, f.part[i], term.part);
        other.count = compress(sum_into(sum, term, other.part), other.part);
        expansion swap = sum;
        sum = other;
        other = swap;
    }
    return sum;
}

static inline int ex_sign(expansion e) {
    return e.count == 0 ? 0 : (e.part[e.count - 1] > 0 ? 1 : -1);
}

/// The nearest double but for one unit in the last place.
static inline double ex_estimate(expansion e) {
    double sum = 0;
    for (int i = 0; i < e.count; i++) sum += e.part[i];
    return sum;
}

#endif
