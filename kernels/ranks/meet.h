// What sorted lists have in common, by walking along them: for graphs so sparse that their lists have no sets beside
// them. The including file defines NAME(x), and NAME(meet_two) for two lists of not too different lengths.

static uint32_t NAME(meet)(const tda_list *lists, uint32_t count, uint32_t low, uint32_t high, uint32_t *found,
                           uint32_t *ranks, uint32_t *spare) {
    tda_list met = lists[0];
    const uint32_t room = met.count + TDA_MEET_ROOM;
    for (uint32_t i = 1; i < count && met.count; ++i) {
        // Where one step writes, the next one reads, and the last one writes to the outputs.
        const int is_spare = (count - i) % 2 == 0;
        uint32_t *vertices = is_spare ? spare : found, *highest = is_spare ? spare + room : ranks;
        const uint32_t least = i + 1 == count ? low : 0;
        met.count = lists[i].count / 64 > met.count
                        ? look_up(&met, &lists[i], least, high, vertices, highest)
                        : NAME(meet_two)(&met, &lists[i], least, high, vertices, highest);
        met.vertices = vertices;
        met.ranks = highest;
    }
    return met.count;
}
