/// Whether WeChat lets this node's address in: each app has a list of admitted addresses of its own.
///
/// One app of many whose list lacks this address is that app's trouble, not the node's.
struct Admission: Sendable {
    /// What the last answer about each app said; nil while unknown.
    private var isLetIn: [Bool?]
    /// How many of them say yes, and how many no.
    private var (letIn, shutOut) = (0, 0)

    /// - Parameter apps: how many there are.
    init(apps: Int) { isLetIn = Array(repeating: nil, count: apps) }

    /// Whether somebody shuts this node out and nobody lets it in.
    var isRefused: Bool { shutOut > 0 && letIn == 0 }

    /// WeChat has answered a call for an app.
    mutating func note(_ isAdmitted: Bool, ofApp app: Int) {
        if let before = isLetIn[app] { if before { letIn -= 1 } else { shutOut -= 1 } }
        if isAdmitted { letIn += 1 } else { shutOut += 1 }
        isLetIn[app] = isAdmitted
    }

    /// It is to be tried anew.
    mutating func forget() { self = Admission(apps: isLetIn.count) }

    /// The apps have other places now.
    /// - Parameter places: by the place before, the one now; only looked up.
    mutating func rearrange(_ places: [Int: Int], count: Int) {
        let before = isLetIn
        self = Admission(apps: count)
        for (last, isAdmitted) in before.enumerated() {
            if let isAdmitted, let place = places[last] { note(isAdmitted, ofApp: place) }
        }
    }
}
