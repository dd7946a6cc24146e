internal import LocalCluster

/// A small library that is loaded before all others, so that valgrind does not crash with a program of Swift's.
///
/// The main thread waits in `sigsuspend` with a mask that libdispatch keeps where nobody may write. Valgrind 3.19
/// writes there all the same; so it gets a copy.
enum SuspendShim {
    /// The path of the compiled library.
    static func compiled(in folder: Folder) async throws -> String {
        let path = try folder.write(source, to: "suspend.c")
        let library = "\(folder.path)/suspend.so"
        // The compiler comes with Swift.
        let compilation = try await Finished(running: "clang", ["-shared", "-fPIC", "-O1", "-o", library, path])
        guard compilation.ending == .exited(0) else { throw NotMeasured("clang: \(compilation.errors)") }
        return library
    }

    private static let source = """
        #define _GNU_SOURCE
        #include <signal.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        int sigsuspend(const sigset_t *mask) {
            sigset_t copy = *mask;
            return (int)syscall(SYS_rt_sigsuspend, &copy, 8);
        }

        """
}
