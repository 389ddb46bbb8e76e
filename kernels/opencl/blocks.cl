// The shape of the block of every edge (docs/engine.md, section 2): critical, closed by an apex, or open
// with a pivot vertex, and whether an open one's lune is known to be connected. The same shapes as
// tda_sweep gives on the host.
//
// Edges go in epochs, in the order of their ranks. Sets of vertices are bits in 32-bit words, `words` of them;
// for each vertex there are three:
//   present  its neighbours by edges before the epoch, and itself
//   fresh    those by edges of the epoch; whether before the edge in question, the ranks tell
//   near     those by the shortest edges, of which candidates are taken first
//
// One work-group looks at one edge. All items of a group take the same way through the kernel: what they
// branch on is read from local memory between barriers.

#define NO_VERTEX 0xffffffffu
#define OPEN_BLOCK 0x80000000u
#define CONNECTED_LUNE 0x40000000u
#define GROUP 32

/// No edges yet: each vertex is present to itself. An item a word.
__kernel void begin(__global uint *present, __global uint *fresh, __global uint *near, uint count, uint words) {
    size_t place = get_global_id(0);
    if (place >= (size_t)count * words) return;
    uint v = place / words, w = place % words;
    present[place] = w == v / 32 ? 1u << v % 32 : 0;
    fresh[place] = near[place] = 0;
}

/// Enters the edges of ranks first ≤ r < end. `ends`: larger end << 16 | smaller, by rank. An item an edge.
__kernel void join(__global const uint *ends, uint first, uint end, uint words, __global uint *sets) {
    uint rank = first + get_global_id(0);
    if (rank >= end) return;
    uint a = ends[rank] >> 16, b = ends[rank] & 0xffff;
    atomic_or(&sets[(size_t)a * words + b / 32], 1u << b % 32);
    atomic_or(&sets[(size_t)b * words + a / 32], 1u << a % 32);
}

/// Ends an epoch. An item a word.
__kernel void settle(__global uint *present, __global uint *fresh, uint count, uint words) {
    size_t place = get_global_id(0);
    if (place >= (size_t)count * words || !fresh[place]) return;
    present[place] |= fresh[place];
    fresh[place] = 0;
}

/// The graph of the edges before the one of rank `rank`. `ranks` has rows of `stride`.
typedef struct {
    __global const uint *present, *fresh, *ranks;
    uint words, stride, rank;
} graph;

/// Those of the vertices `wanted` of word `w` that are joined to `v`.
uint joined(const graph *g, uint v, uint w, uint wanted) {
    size_t place = (size_t)v * g->words + w;
    uint known = g->present[place] & wanted;
    for (uint fresh = g->fresh[place] & wanted; fresh; fresh &= fresh - 1) {
        uint bit = fresh & -fresh;
        if (g->ranks[(size_t)v * g->stride + 32 * w + 31 - clz(bit)] < g->rank) known |= bit;
    }
    return known;
}

uint first_vertex(uint w, uint bits) { return 32 * w + 31 - clz(bits & -bits); }

/// What the items of a group ask each other. Slots take turns: one is used, and one made ready that nobody reads
/// any more, so that a single barrier will do.
typedef struct {
    __local uint *slots;
    uint turn;
} council;

uint asked(council *c) {
    uint own = c->turn;
    c->turn = own == 2 ? 0 : own + 1;
    if (get_local_id(0) == 0) c->slots[c->turn] = NO_VERTEX;
    barrier(CLK_LOCAL_MEM_FENCE);
    return c->slots[own];
}

/// The least of the items' values, in all of them.
uint least(uint value, council *c) {
    if (value != NO_VERTEX) atomic_min(&c->slots[c->turn], value);
    return asked(c);
}

/// Whether any item's value is not 0.
bool is_any(uint value, council *c) { return least(value ? 0 : NO_VERTEX, c) == 0; }

uint sum(uint value, council *c) {
    if (value) atomic_sub(&c->slots[c->turn], value);
    return NO_VERTEX - asked(c);
}

// Each item takes whole words of a set, so that no two write the same.
#define FOR_EACH_WORD(w) for (uint w = get_local_id(0); w < words; w += GROUP)

/// Whether the vertices of `members` are seen to be connected, looking out from the neighbours of `start`. They
/// are where this is true; where it is false they may be. `members` are lost.
bool is_connected(const graph *g, uint start, __local uint *members, __local uint *reached, council *c) {
    uint words = g->words;
    FOR_EACH_WORD(w) {
        reached[w] = members[w] ? joined(g, start, w, members[w]) : 0;
        members[w] &= ~reached[w];
    }
    while (true) {
        uint v = NO_VERTEX;
        FOR_EACH_WORD(w) if (members[w]) {
            v = first_vertex(w, members[w]);
            break;
        }
        v = least(v, c);
        if (v == NO_VERTEX) return true;
        uint touched = 0;
        FOR_EACH_WORD(w) {
            uint all = members[w] | reached[w];
            if (!all) continue;
            uint near = joined(g, v, w, all);
            touched |= near & reached[w];
            members[w] &= ~near;
            reached[w] |= near;
        }
        if (!is_any(touched, c)) return false;
    }
}

/// The edge of rank `first + group`; its code goes to its place. `sets`: 4 × `words` words.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void blocks(__global const uint *present, __global const uint *fresh, __global const uint *near,
            __global const uint *ranks, uint words, uint stride, __global const uint *ends, uint first,
            __global uint *codes, __local uint *sets) {
    __local uint slots[3];
    __local uint *members = sets, *candidates = sets + words, *tried = sets + 2 * words, *reached = sets + 3 * words;
    bool writes = get_local_id(0) == 0;
    uint rank = first + get_group_id(0);
    uint a = ends[rank] >> 16, b = ends[rank] & 0xffff;
    graph g = {present, fresh, ranks, words, stride, rank};
    council c = {slots, 0};
    if (writes) slots[0] = NO_VERTEX;
    barrier(CLK_LOCAL_MEM_FENCE);

    // The lune.
    uint found = 0;
    FOR_EACH_WORD(w) {
        uint lune = joined(&g, a, w, ~0u);
        // An end is present to itself, and no neighbour of the other yet.
        if (lune) lune = joined(&g, b, w, lune);
        members[w] = candidates[w] = lune;
        tried[w] = 0;
        found |= lune;
    }
    if (!is_any(found, &c)) {
        if (writes) codes[rank] = NO_VERTEX;
        return;
    }

    // Candidates for an apex, those near both ends first; whatever refutes one is joined to every apex.
    __global const uint *near_a = near + (size_t)a * words, *near_b = near + (size_t)b * words;
    do {
        // Vertices have 16 bits.
        uint candidate = NO_VERTEX;
        FOR_EACH_WORD(w) {
            uint all = candidates[w];
            if (!all) continue;
            uint nearest = all & near_a[w] & near_b[w];
            candidate = min(candidate, nearest ? first_vertex(w, nearest) : 1u << 16 | first_vertex(w, all));
        }
        candidate = least(candidate, &c) & 0xffff;

        uint refuter = NO_VERTEX;
        FOR_EACH_WORD(w) if (members[w]) {
            uint others = members[w] & ~joined(&g, candidate, w, members[w]);
            if (others) {
                refuter = first_vertex(w, others);
                break;
            }
        }
        refuter = least(refuter, &c);
        if (refuter == NO_VERTEX) {
            if (writes) codes[rank] = candidate;
            return;
        }

        found = 0;
        FOR_EACH_WORD(w) {
            if (w == candidate / 32) tried[w] |= 1u << candidate % 32;
            // The refuter is joined to itself, and not to the candidate.
            if (w == refuter / 32) candidates[w] &= ~(1u << refuter % 32);
            if (candidates[w]) candidates[w] = joined(&g, refuter, w, candidates[w]);
            found |= candidates[w];
        }
    } while (is_any(found, &c));

    // No apex. Of the candidates tried, one with the most neighbours in the lune.
    uint fewest = NO_VERTEX, pivot = NO_VERTEX;
    for (uint tried_word = 0; tried_word < words; ++tried_word)
        for (uint bits = tried[tried_word]; bits; bits &= bits - 1) {
            uint v = first_vertex(tried_word, bits), strangers = 0;
            FOR_EACH_WORD(w) if (members[w]) strangers += popcount(members[w] & ~joined(&g, v, w, members[w]));
            strangers = sum(strangers, &c);
            if (strangers < fewest) {
                fewest = strangers;
                pivot = v;
            }
        }
    bool connected = is_connected(&g, pivot, members, reached, &c);
    if (writes) codes[rank] = pivot | OPEN_BLOCK | (connected ? CONNECTED_LUNE : 0);
}
