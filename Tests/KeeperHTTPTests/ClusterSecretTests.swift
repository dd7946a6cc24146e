import KeeperCore
import Testing

@testable import KeeperHTTP

@Suite struct ClusterSecretTests {
    private let secret = World.secret

    @Test func fingerprint_IsTheSameOnEveryNode_AndInNoOtherCluster() {
        let bytes = Array("a secret of this cluster alone".utf8)
        let fingerprint = secret.fingerprint(of: Token("TOKEN"))
        #expect(fingerprint.rawValue.count == 16)
        #expect(fingerprint == ClusterSecret(bytes, cluster: "test").fingerprint(of: Token("TOKEN")))
        #expect(fingerprint != ClusterSecret(bytes, cluster: "prod").fingerprint(of: Token("TOKEN")))
        #expect(fingerprint != ClusterSecret(bytes + [0], cluster: "test").fingerprint(of: Token("TOKEN")))
        #expect(fingerprint != secret.fingerprint(of: Token("TOKEM")))
    }

    @Test func proof_HoldsForItsMessageAndDirectionAlone() {
        let message = Array("message".utf8)
        let proof = secret.proof(of: message, .request)
        #expect(secret.isProof(proof, of: message, .request))
        #expect(!secret.isProof(proof, of: message, .reply))
        #expect(!secret.isProof(proof, of: message + [0], .request))
        #expect(!secret.isProof(String(proof.dropLast(2)), of: message, .request))
        #expect(!secret.isProof("", of: message, .request))
        #expect(!secret.isProof("zz", of: message, .request))
    }

    @Test func sealedBody_OpensOnlyWithItsDirectionAndNonce() throws {
        let body = Array("a token".utf8)
        let sealed = try secret.seal(body, .reply, nonce: "1")
        #expect(!sealed.hexadecimal.contains(body.hexadecimal))
        #expect(try secret.open(sealed, .reply, nonce: "1") == body)
        #expect(throws: (any Error).self) { try secret.open(sealed, .request, nonce: "1") }
        #expect(throws: (any Error).self) { try secret.open(sealed, .reply, nonce: "2") }
        #expect(throws: (any Error).self) { try secret.open(Array(sealed.dropLast()), .reply, nonce: "1") }
        #expect(try secret.seal(body, .reply, nonce: "1") != sealed)
    }

    @Test func secret_PrintsAsRedacted() {
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("Key"))
    }

    @Test func twoRequests_NeverLookAlike() {
        func proven(_ target: String, time: Int64) -> [UInt8] {
            var head = NodeRequestHead(
                method: "GET", target: target, time: time, recipient: Incarnation("i"), hop: 1, epoch: .none,
                remaining: 1)
            head.nonce = ""
            return head.proven(with: [])
        }
        #expect(proven("/a1", time: 1) != proven("/a", time: 11))
    }
}

@Suite struct NonceCacheTests {
    private let start = ContinuousClock.now

    @Test func nonce_IsNewOnce() {
        let cache = NonceCache(at: start)
        #expect(cache.note("a", at: start) == .new)
        #expect(cache.note("a", at: start) == .known)
        #expect(cache.note("b", at: start) == .new)
    }

    @Test func nonce_IsKept_UntilItsRequestIsVoid() {
        let cache = NonceCache(at: start)
        #expect(cache.note("a", at: start + .seconds(119)) == .new)
        #expect(cache.note("b", at: start + .seconds(121)) == .new)
        #expect(cache.note("a", at: start + .seconds(239)) == .known)
        #expect(cache.note("a", at: start + .seconds(400)) == .new)
    }

    @Test func fullCache_RefusesRatherThanForgets() {
        let cache = NonceCache(limit: 2, at: start)
        #expect(cache.note("a", at: start) == .new)
        #expect(cache.note("b", at: start) == .new)
        #expect(cache.note("c", at: start) == .full)
        #expect(cache.note("a", at: start) == .known)
        #expect(cache.note("c", at: start + .seconds(120)) == .new)
    }
}
