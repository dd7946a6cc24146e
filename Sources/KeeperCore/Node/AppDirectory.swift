/// Where each of the apps that are kept has its place, which tickets go with it, and how it is.
///
/// Made anew when the list changes. Nothing in it is iterated: its order would be chance.
struct AppDirectory: Sendable {
    /// All of it in one word.
    let digest: AppsDigest
    /// How each is, by its place.
    var health: CredentialsHealth
    private let places: [AppID: Int]
    private let tickets: [Int: [Int]]

    /// - Parameters:
    ///   - apps: each once, in the order of their places.
    ///   - facts: how each is.
    init(_ apps: [AppSettings], facts: [CredentialFacts]) {
        health = CredentialsHealth(Array(zip(apps.map(\.id), facts)))
        digest = AppsDigest(of: apps)
        let places = Dictionary(apps.enumerated().map { ($1.id, $0) }, uniquingKeysWith: { first, _ in first })
        var tickets: [Int: [Int]] = [:]
        for (place, app) in apps.enumerated() {
            if let owner = app.owner.flatMap({ places[$0] }) { tickets[owner, default: []].append(place) }
        }
        (self.places, self.tickets) = (places, tickets)
    }

    /// The place of an app; nil if it is not kept.
    subscript(app: AppID) -> Int? { places[app] }

    /// The places of the tickets that the token of an app brings.
    func tickets(of place: Int) -> [Int] { tickets[place] ?? [] }
}
