/// All routes, found by their paths.
struct RouteTable: Sendable {
    private let routes: [String: Route]

    /// - Precondition: no two routes have the same path.
    init(_ routes: [Route]) {
        self.routes = Dictionary(routes.map { ($0.path, $0) }) { first, _ in
            preconditionFailure("two routes have the path \(first.path)")
        }
    }

    /// The route with this path, or with another spelling of it.
    func route(at path: String) -> Route? {
        if let route = routes[path] { return route }
        guard let route = PathSpelling.usual(path).flatMap({ routes[$0] }), route.hasOtherSpellings else { return nil }
        return route
    }
}
