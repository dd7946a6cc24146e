internal import Crypto
internal import Foundation
internal import Mustache

/// The page at `GET /`: what `/status` says, for people.
///
/// It is whole as it comes, and kept live by a small script that asks `/status` every two seconds; without scripts the
/// browser reloads it. Loads nothing from anywhere. Everything in it is escaped, since the words of a trouble come from
/// outside.
package struct StatusPage: Sendable {
    /// More apps are named only in `/status`; those that need attention come first.
    static let mostApps = 200

    private let template: MustacheTemplate
    /// Allows the page's own style and script, known by their hashes, and nothing else.
    let contentSecurityPolicy: String

    init() {
        do {
            template = try MustacheTemplate(string: Self.html)
        } catch {
            preconditionFailure("the status page's template is wrong: \(error)")
        }
        contentSecurityPolicy = [
            "default-src 'none'", "style-src '\(Self.hash(of: Self.style))'",
            "script-src '\(Self.hash(of: Self.script))'", "connect-src 'self'", "img-src data:", "base-uri 'none'",
            "form-action 'none'", "frame-ancestors 'none'",
        ].joined(separator: "; ")
    }

    /// The page that shows `status`, as it was at `date`.
    func render(_ status: StatusDocument, at date: Date) -> String {
        template.render(StatusView(status, at: date))
    }

    private static func hash(of text: String) -> String {
        "sha256-" + Data(SHA256.hash(data: Data(text.utf8))).base64EncodedString()
    }
}
