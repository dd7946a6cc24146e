import LocalCluster

/// Small libraries that are loaded before all others and stand between a process and the C library.
enum Shim {
    /// The path of the compiled library; nil, and a line that says so, without a C compiler.
    static func compile(_ source: String, as name: String, in folder: Folder) async throws -> String? {
        let path = try folder.write(source, to: "\(name).c")
        let library = "\(folder.path)/\(name).so"
        let arguments = ["-shared", "-fPIC", "-O1", "-Wall", "-Werror", "-o", library, path]
        do {
            let compilation = try await Finished(running: "cc", arguments)
            guard compilation.ending == .exited(0) else { throw NotCompiled(complaint: compilation.errors) }
            return library
        } catch let error as NotCompiled {
            throw error
        } catch {
            print("skipped: no C compiler `cc` to make the library \(name) with")
            return nil
        }
    }

    struct NotCompiled: Error {
        let complaint: String
    }
}
