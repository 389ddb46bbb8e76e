#include <hwloc.h>
#include <pthread.h>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

// Some things about threads and memory that Swift cannot say.

static inline void tda_spin_pause(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

extern int pthread_setname_np(pthread_t thread, const char *name);

// At most 15 characters.
static inline void tda_name_calling_thread(const char *name) {
    pthread_setname_np(pthread_self(), name);
}

extern void *mremap(void *room, size_t held, size_t wanted, int flags, ...);

// Makes a mapping longer or shorter, elsewhere if need be; null where the system has no room.
static inline void *tda_resize_mapping(void *room, size_t held, size_t wanted) {
    void *moved = mremap(room, held, wanted, 1 /* MREMAP_MAYMOVE */);
    return moved == (void *)-1 ? NULL : moved;
}

extern int getcpu(unsigned *cpu, unsigned *node);

// The number of the memory near the core that this is called on; 0 where nobody can tell.
static inline unsigned tda_memory_node(void) {
    unsigned cpu, node = 0;
    return getcpu(&cpu, &node) == 0 ? node : 0;
}

// Blocks from that many bytes on go back to the system as soon as they are freed; of smaller ones as much is kept
// as `kept` says.
static inline void tda_return_blocks(int bytes, int kept) {
#if defined(__GLIBC__)
    mallopt(M_MMAP_THRESHOLD, bytes);
    mallopt(M_TRIM_THRESHOLD, kept);
#endif
}
