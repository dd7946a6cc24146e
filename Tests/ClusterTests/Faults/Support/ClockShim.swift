import Foundation
import LocalCluster

/// A small library that is loaded before all others and tells its process another time of day.
///
/// Its clocks of passing time are left alone, as they are when somebody sets a machine's clock; unless it is told that
/// the machine was suspended, which the clock since boot counts, and the one that stands still meanwhile does not. The
/// process must ask the C library for its time, as nodes and Redis do. (libfaketime cannot be
/// loaded into Redis: it needs memory before Redis's allocator is there.)
struct ClockShim: Sendable {
    private let folder: Folder
    private let library: String

    /// Compiles it; nil, and a line that says so, without a C compiler.
    init?(in folder: Folder) async throws {
        guard let library = try await Shim.compile(Self.source, as: "clock", in: folder) else { return nil }
        self.library = library
        self.folder = folder
    }

    /// A clock that runs true until told otherwise.
    func clock(_ name: String) throws -> FalseClock {
        let path = folder.path + "/\(name).clock"
        try Data(count: 24).write(to: URL(filePath: path))
        return FalseClock(path: path, environment: ["LD_PRELOAD": library, "FALSE_CLOCK": path])
    }

    /// Memory is mapped and system calls are made by hand: nothing here needs the C library to be ready.
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <stdint.h>
        #include <stdlib.h>
        #include <sys/mman.h>
        #include <sys/syscall.h>
        #include <sys/time.h>
        #include <time.h>
        #include <unistd.h>

        /* How far the clock is off, where it stands still if not at 0, and for how long the machine was suspended;
           nanoseconds. */
        static volatile struct { int64_t offset, frozen, suspended; } *order;

        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("FALSE_CLOCK");
            int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *memory = mmap(0, 24, PROT_READ, MAP_SHARED, file, 0);
            if (memory != MAP_FAILED) order = memory;
            close(file);
        }

        static int64_t wall(void) {
            struct timespec true_time = {0, 0};
            syscall(SYS_clock_gettime, CLOCK_REALTIME, &true_time);
            int64_t now = true_time.tv_sec * INT64_C(1000000000) + true_time.tv_nsec;
            if (!order) return now;
            return order->frozen ? order->frozen : now + order->offset;
        }

        int clock_gettime(clockid_t clock, struct timespec *answer) {
            if (clock != CLOCK_REALTIME && clock != CLOCK_REALTIME_COARSE) {
                int result = (int)syscall(SYS_clock_gettime, clock, answer);
                if (clock == CLOCK_BOOTTIME && order) answer->tv_sec += order->suspended / 1000000000;
                return result;
            }
            int64_t now = wall();
            answer->tv_sec = now / 1000000000;
            answer->tv_nsec = now % 1000000000;
            return 0;
        }

        int gettimeofday(struct timeval *restrict answer, void *restrict zone) {
            (void)zone;
            int64_t now = wall();
            answer->tv_sec = now / 1000000000;
            answer->tv_usec = now % 1000000000 / 1000;
            return 0;
        }

        time_t time(time_t *answer) {
            time_t now = wall() / 1000000000;
            if (answer) *answer = now;
            return now;
        }

        """
}

/// The clock of whatever process was started with its environment.
struct FalseClock: Sendable {
    fileprivate let path: String
    let environment: [String: String]

    func step(to offset: Duration) throws { try order(offset: offset) }

    func freeze() throws { try order(frozen: .seconds(Date.now.timeIntervalSince1970)) }

    /// The machine was suspended for whole seconds.
    func suspend(for duration: Duration) throws { try order(offset: duration, suspended: duration) }

    /// In place: the file is mapped, and must not be shorter for a moment.
    private func order(offset: Duration = .zero, frozen: Duration = .zero, suspended: Duration = .zero) throws {
        let file = try FileHandle(forUpdating: URL(filePath: path))
        try file.write(contentsOf: Data([offset, frozen, suspended].flatMap(\.nanosecondBytes)))
        try file.close()
    }
}

extension Duration {
    fileprivate var nanosecondBytes: [UInt8] {
        let nanoseconds = components.seconds * 1_000_000_000 + components.attoseconds / 1_000_000_000
        return (0..<8).map { UInt8(truncatingIfNeeded: nanoseconds >> (8 * $0)) }
    }
}
