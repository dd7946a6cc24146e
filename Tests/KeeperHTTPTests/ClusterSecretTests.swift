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
        let proof = secret.proof(of: message, .question)
        #expect(secret.isProof(proof, of: message, .question))
        #expect(!secret.isProof(proof, of: message, .answer))
        #expect(!secret.isProof(proof, of: message + [0], .question))
        #expect(!secret.isProof(String(proof.dropLast(2)), of: message, .question))
        #expect(!secret.isProof("", of: message, .question))
        #expect(!secret.isProof("zz", of: message, .question))
    }

    @Test func sealedBody_OpensOnlyWithItsDirectionAndNonce() throws {
        let body = Array("a token".utf8)
        let sealed = try secret.seal(body, .answer, nonce: "1")
        #expect(!sealed.hexadecimal.contains(body.hexadecimal))
        #expect(try secret.open(sealed, .answer, nonce: "1") == body)
        #expect(throws: (any Error).self) { try secret.open(sealed, .question, nonce: "1") }
        #expect(throws: (any Error).self) { try secret.open(sealed, .answer, nonce: "2") }
        #expect(throws: (any Error).self) { try secret.open(Array(sealed.dropLast()), .answer, nonce: "1") }
        #expect(try secret.seal(body, .answer, nonce: "1") != sealed)
    }

    @Test func secret_PrintsAsRedacted() {
        #expect("\(secret)" == "<redacted>")
        #expect(String(reflecting: secret) == "<redacted>")
        var dumped = ""
        dump(secret, to: &dumped)
        #expect(!dumped.contains("Key"))
    }

    @Test func twoQuestions_NeverLookAlike() {
        func question(_ target: String, time: Int64) -> [UInt8] {
            var question = Question(
                method: "GET", target: target, time: time, recipient: Incarnation("i"), hop: 1, epoch: .none,
                remaining: 1)
            question.nonce = ""
            return question.proven(with: [])
        }
        #expect(question("/a1", time: 1) != question("/a", time: 11))
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

    @Test func nonce_IsKept_UntilItsQuestionIsVoid() {
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
