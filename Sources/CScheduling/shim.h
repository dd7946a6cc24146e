#pragma once
#include <stdint.h>

#ifdef __linux__
#include <sched.h>
#include <sys/syscall.h>
#include <unistd.h>

/// sched_setattr(2); older C libraries have no name for it.
struct cscheduling_attributes {
    uint32_t size, policy;
    uint64_t flags;
    int32_t nice;
    uint32_t priority;
    uint64_t runtime, deadline, period;
};

/// For how long the calling thread wants to run when it is its turn, in nanoseconds; 0 where the kernel does not tell.
static inline uint64_t cscheduling_turn(void) {
    struct cscheduling_attributes attributes = {0};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return 0;
    return attributes.runtime;
}

/// Asks for such turns, and changes nothing else, nor any thread that is started from here. Whoever wants short ones is
/// let in sooner and gets no more in all: from Linux 6.12 on; before that it is no error, and has no effect.
static inline void cscheduling_ask_for_turns(uint64_t nanoseconds) {
    struct cscheduling_attributes attributes = {0};
    if (syscall(SYS_sched_getattr, 0, &attributes, sizeof attributes, 0) != 0) return;
    if (attributes.policy != SCHED_OTHER) return;
    attributes.runtime = nanoseconds;
    attributes.flags |= 1;  // SCHED_FLAG_RESET_ON_FORK
    syscall(SYS_sched_setattr, 0, &attributes, 0);
}
#else
static inline uint64_t cscheduling_turn(void) { return 0; }
static inline void cscheduling_ask_for_turns(uint64_t nanoseconds) { (void)nanoseconds; }
#endif
