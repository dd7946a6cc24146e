internal import CCurl

/// The libcurl that this program runs with, which need not be the one it was built with.
public enum CurlLibrary {
    /// Its version, such as `7.88.1`.
    public static var version: String {
        // SAFETY: a static string of the library's, which ends with a zero.
        unsafe String(cString: ccurl_version())
    }

    /// The TLS library that it uses and its version, such as `OpenSSL/3.0.15`; `none` if it has none.
    public static var tls: String {
        // SAFETY: a static string of the library's, which ends with a zero, or null.
        guard let text = unsafe ccurl_tls_version() else { return "none" }
        // SAFETY: as above.
        return unsafe String(cString: text)
    }
}
