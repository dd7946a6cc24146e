internal import Crypto
internal import Foundation
public import KeeperCore

/// What all nodes of one cluster know and nobody else does.
///
/// It makes fingerprints, proves who asks and who replies, and seals what nodes tell each other. Each purpose has a key
/// of its own (HKDF-SHA256 over the secret and the cluster's name), so that nothing made for one purpose passes for
/// another, nor in another cluster. Prints as `<redacted>`.
public struct ClusterSecret: Sendable, CustomStringConvertible, CustomReflectable {
    private let fingerprints: SymmetricKey
    private let requests: SymmetricKey
    private let replies: SymmetricKey
    private let requestBodies: SymmetricKey
    private let replyBodies: SymmetricKey

    /// Which way a message goes.
    enum Direction {
        /// From the node that asks.
        case request
        /// Back to it.
        case reply
    }

    /// Derives the keys.
    /// - Parameters:
    ///   - secret: `cluster.secret`, at least 128 bits that nobody can guess.
    ///   - cluster: `cluster.name`.
    public init(_ secret: [UInt8], cluster: String) {
        let secret = SymmetricKey(data: secret)
        func key(_ purpose: String) -> SymmetricKey {
            HKDF<SHA256>.deriveKey(
                inputKeyMaterial: secret, salt: Array(cluster.utf8), info: Array("wxkeeper 1 \(purpose)".utf8),
                outputByteCount: 32)
        }
        // These words are part of what nodes of different builds must agree on.
        fingerprints = key("fingerprint")
        requests = key("question")
        replies = key("answer")
        requestBodies = key("question body")
        replyBodies = key("answer body")
    }

    /// What may be shown of `token`: the first 16 hexadecimal digits of a keyed hash.
    public func fingerprint(of token: Token) -> Fingerprint {
        let code = HMAC<SHA256>.authenticationCode(for: Array(token.secret.utf8), using: fingerprints)
        return Fingerprint(String(code.hexadecimal.prefix(16)))
    }

    /// The proof that goes along with a message, in hexadecimal digits.
    func proof(of message: [UInt8], _ direction: Direction) -> String {
        HMAC<SHA256>.authenticationCode(for: message, using: proofKey(direction)).hexadecimal
    }

    /// Whether `proof` is that of `message`; takes the same time wherever they differ.
    func isProof(_ proof: String, of message: [UInt8], _ direction: Direction) -> Bool {
        guard let code = [UInt8](hexadecimal: proof) else { return false }
        return HMAC<SHA256>.isValidAuthenticationCode(code, authenticating: message, using: proofKey(direction))
    }

    /// `body` made unreadable to all but the nodes of the cluster, bound to the request named.
    ///
    /// Empty stays empty.
    func seal(_ body: [UInt8], _ direction: Direction, nonce: String) throws -> [UInt8] {
        guard !body.isEmpty else { return [] }
        let box = try AES.GCM.seal(body, using: bodyKey(direction), authenticating: Array(nonce.utf8))
        // With the usual nonce of 12 bytes there always is a combined form.
        guard let bytes = box.combined else { preconditionFailure("a sealed body has no combined form") }
        return [UInt8](bytes)
    }

    /// The body that was sealed; throws if it was not sealed by this cluster, in this direction, for this request.
    func open(_ sealed: [UInt8], _ direction: Direction, nonce: String) throws -> [UInt8] {
        guard !sealed.isEmpty else { return [] }
        let box = try AES.GCM.SealedBox(combined: sealed)
        return try [UInt8](AES.GCM.open(box, using: bodyKey(direction), authenticating: Array(nonce.utf8)))
    }

    private func proofKey(_ direction: Direction) -> SymmetricKey {
        switch direction {
        case .request: requests
        case .reply: replies
        }
    }

    private func bodyKey(_ direction: Direction) -> SymmetricKey {
        switch direction {
        case .request: requestBodies
        case .reply: replyBodies
        }
    }

    /// Never the secret itself.
    public var description: String { "<redacted>" }
    /// Nothing: a mirror would show the secret.
    public var customMirror: Mirror { Mirror(self, children: []) }
}
