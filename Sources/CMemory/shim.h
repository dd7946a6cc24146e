#pragma once
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>
#include <sys/resource.h>

/// The kernel may forget these pages of a file: it reads the same bytes again when they are wanted. Only for whole
/// mappings that were never written; what was written would be lost.
static inline int cmemory_forget_pages(uintptr_t start, size_t length) {
    return madvise((void *)start, length, MADV_DONTNEED);
}

/// The most descriptors this process may have open; at most a million, which nobody needs more of.
static inline int cmemory_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return 1024;
    return limit.rlim_cur > 1000000 ? 1000000 : (int)limit.rlim_cur;
}

/// Raises that to the hard limit, or to a million; returns what it is then.
static inline int cmemory_raise_descriptor_limit(void) {
    struct rlimit limit;
    if (getrlimit(RLIMIT_NOFILE, &limit) == 0) {
        rlim_t aim = limit.rlim_max > 1000000 ? 1000000 : limit.rlim_max;
        if (limit.rlim_cur < aim) {
            limit.rlim_cur = aim;
            setrlimit(RLIMIT_NOFILE, &limit);
        }
    }
    return cmemory_descriptor_limit();
}
