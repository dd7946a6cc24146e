internal import HTTPTypes
internal import Hummingbird

extension Request {
    /// Whether a browser adds to it what its user has typed for our pages, although a page of another site asks.
    ///
    /// A browser remembers user and password of Basic authentication, and sends them with each request to us, whichever
    /// page makes it. What such a page reads it never sees; what it does by a form would be done. A key sent as
    /// `Bearer` no browser adds by itself.
    var borrowsKeyForAnotherSite: Bool {
        guard headers[.authorization]?.prefix(6).lowercased() == "basic " else { return false }
        if let site = headers[.secFetchSite] { return site != "same-origin" && site != "none" }
        // What older browsers say; programs say neither.
        guard let origin = headers[.origin] else { return false }
        guard let authority = head.authority, let scheme = origin.firstRange(of: "://") else { return true }
        return origin[scheme.upperBound...].lowercased() != authority.lowercased()
    }
}
