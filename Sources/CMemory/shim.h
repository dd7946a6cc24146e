#pragma once
#include <malloc.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/mman.h>

/// The kernel may forget these pages of a file: it reads the same bytes again when they are wanted. Only for whole
/// mappings that were never written; what was written would be lost.
static inline int cmemory_forget_pages(uintptr_t start, size_t length) {
    return madvise((void *)start, length, MADV_DONTNEED);
}
