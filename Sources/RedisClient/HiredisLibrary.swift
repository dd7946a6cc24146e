internal import CHiredis

/// The hiredis that this program was built with; a library of another version is not loaded.
public enum HiredisLibrary {
    /// Its version, such as `0.14.1`.
    public static var version: String { "\(HIREDIS_MAJOR).\(HIREDIS_MINOR).\(HIREDIS_PATCH)" }
}
