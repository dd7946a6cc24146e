import Foundation
import LocalCluster
import Subprocess

/// A small library that is loaded before all others and gives its process a signal at the worst of moments: everything
/// is checked, the connection to WeChat stands, and the request for a token is about to be sent.
struct SendShim: Sendable {
    private let order: String
    let environment: [String: String]

    /// Compiles it; nil, and a line that says so, without a C compiler.
    init?(in folder: Folder) async throws {
        guard let library = try await Shim.compile(Self.source, as: "send", in: folder) else { return nil }
        order = folder.path + "/send.order"
        try Data(count: 8).write(to: URL(filePath: order))
        environment = ["LD_PRELOAD": library, "SEND_ORDER": order]
    }

    /// Whoever is next to send such a request gets `signal`, and sends it if it lives on.
    func strike(with signal: Signal) throws {
        let file = try FileHandle(forUpdating: URL(filePath: order))
        try file.write(contentsOf: Data([UInt8(truncatingIfNeeded: signal.rawValue)]))
        try file.close()
    }

    /// Whether somebody got it.
    var hasStruck: Bool { get throws { try Data(contentsOf: URL(filePath: order)).first == 0 } }

    /// The signal goes to the thread itself, which takes no other step before it is struck.
    private static let source = """
        #define _GNU_SOURCE
        #include <fcntl.h>
        #include <signal.h>
        #include <stdlib.h>
        #include <string.h>
        #include <sys/mman.h>
        #include <sys/socket.h>
        #include <sys/syscall.h>
        #include <unistd.h>

        /* The signal to give; 0 once it is given. */
        static int *order;

        __attribute__((constructor)) static void begin(void) {
            const char *path = getenv("SEND_ORDER");
            int file = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
            if (file < 0) return;
            void *memory = mmap(0, sizeof *order, PROT_READ | PROT_WRITE, MAP_SHARED, file, 0);
            if (memory != MAP_FAILED) order = memory;
            close(file);
        }

        static int asks_for_a_token(const char *bytes, size_t count) {
            static const char request[] = "GET /cgi-bin/token?";
            return count >= sizeof request - 1 && !memcmp(bytes, request, sizeof request - 1);
        }

        ssize_t send(int socket, const void *bytes, size_t count, int flags) {
            if (order && asks_for_a_token(bytes, count)) {
                int number = __atomic_exchange_n(order, 0, __ATOMIC_SEQ_CST);
                if (number) raise(number);
            }
            return syscall(SYS_sendto, socket, bytes, count, flags, 0, 0);
        }

        """
}
