// The shape of the block of every edge (docs/engine.md, section 2): critical, closed by an apex, or open
// with a pivot vertex. The same answers as LuneScanner.block on the host, to the vertex.
//
// One work-group looks at one edge. Sets of vertices are bits in local memory. All items of a group take
// the same way through the kernel: what they branch on is read from local memory between barriers.

#define NONE 0xffffffffu
#define OPEN_FLAG 0x80000000u
#define GROUP 64

/// The least of the items' values, in all of them.
ulong least(ulong value, __local ulong *scratch) {
    uint item = get_local_id(0);
    scratch[item] = value;
    barrier(CLK_LOCAL_MEM_FENCE);
    for (uint half_size = GROUP / 2; half_size > 0; half_size /= 2) {
        if (item < half_size) scratch[item] = min(scratch[item], scratch[item + half_size]);
        barrier(CLK_LOCAL_MEM_FENCE);
    }
    ulong result = scratch[0];
    barrier(CLK_LOCAL_MEM_FENCE);
    return result;
}

// Each item takes whole words of a set, so that no two write the same.
#define FOR_EACH_WORD(w) for (uint w = get_local_id(0); w < words; w += GROUP)

/// The lanes of word `w` in which `row` is below `bound`.
uint below(__global const uint *row, uint w, uint bound) {
    uint mask = 0;
    for (uint i = 0; i < 32; ++i) mask |= (uint)(row[32 * w + i] < bound) << i;
    return mask;
}

/// The edge of rank `first + group`; `codes` begins with that of rank `first`.
///
/// `ranks`: rows of `stride` ranks, of which 32 × `words` are lanes. `ends`: larger end << 16 | smaller, by
/// rank. `sets`: 3 × `words` words.
__kernel __attribute__((reqd_work_group_size(GROUP, 1, 1)))
void blocks(__global const uint *ranks, uint stride, uint words, __global const uint *ends, uint first,
            __global uint *codes, __local uint *sets) {
    __local ulong scratch[GROUP];
    __local uint *members = sets, *candidates = sets + words, *tried = sets + 2 * words;
    uint item = get_local_id(0);
    uint rank = first + get_group_id(0);
    uint packed = ends[rank];
    __global const uint *a = ranks + (ulong)(packed >> 16) * stride;
    __global const uint *b = ranks + (ulong)(packed & 0xffff) * stride;

    // The lune.
    uint any = 0;
    FOR_EACH_WORD(w) {
        uint lune = below(a, w, rank);
        if (lune) lune &= below(b, w, rank);
        members[w] = candidates[w] = lune;
        tried[w] = 0;
        any |= lune;
    }
    if (least(any ? 0 : 1, scratch) != 0) {
        if (item == 0) codes[get_group_id(0)] = NONE;
        return;
    }

    // Candidates for an apex, the nearest to both ends first; whatever refutes one is joined to every apex.
    while (true) {
        ulong nearest = ULONG_MAX;
        FOR_EACH_WORD(w)
            for (uint bits = candidates[w]; bits; bits &= bits - 1) {
                uint v = 32 * w + (31 - clz(bits & -bits));
                nearest = min(nearest, (ulong)max(a[v], b[v]) << 32 | v);
            }
        nearest = least(nearest, scratch);
        if (nearest == ULONG_MAX) break;
        uint candidate = (uint)nearest;

        __global const uint *row = ranks + (ulong)candidate * stride;
        ulong refuter = ULONG_MAX;
        FOR_EACH_WORD(w) {
            uint others = members[w];
            if (w == candidate / 32) others &= ~(1u << candidate % 32);
            if (others) others &= ~below(row, w, rank);
            if (others) {
                refuter = 32 * w + (31 - clz(others & -others));
                break;
            }
        }
        refuter = least(refuter, scratch);
        if (refuter == ULONG_MAX) {
            if (item == 0) codes[get_group_id(0)] = candidate;
            return;
        }

        row = ranks + refuter * stride;
        any = 0;
        FOR_EACH_WORD(w) {
            uint left = candidates[w];
            if (w == candidate / 32) {
                left &= ~(1u << candidate % 32);
                tried[w] |= 1u << candidate % 32;
            }
            if (left) left &= below(row, w, rank);
            candidates[w] = left;
            any |= left;
        }
        if (least(any ? 0 : 1, scratch) != 0) break;
    }

    // No apex. Of the candidates tried, the one with the most neighbours in the lune; of equals the nearest.
    ulong best = ULONG_MAX;  // lune size − neighbours, and how near
    uint pivot = NONE;
    for (uint tried_word = 0; tried_word < words; ++tried_word)
        for (uint bits = tried[tried_word]; bits; bits &= bits - 1) {
            uint v = 32 * tried_word + (31 - clz(bits & -bits));
            __global const uint *row = ranks + (ulong)v * stride;
            uint strangers = 0;
            FOR_EACH_WORD(w) if (members[w]) strangers += popcount(members[w] & ~below(row, w, rank));
            scratch[item] = strangers;
            barrier(CLK_LOCAL_MEM_FENCE);
            uint total = 0;
            for (uint i = 0; i < GROUP; ++i) total += (uint)scratch[i];
            barrier(CLK_LOCAL_MEM_FENCE);
            ulong key = (ulong)total << 32 | max(a[v], b[v]);
            if (key < best) {
                best = key;
                pivot = v;
            }
        }
    if (item == 0) codes[get_group_id(0)] = pivot | OPEN_FLAG;
}
