/// How a node gets to know the others: what they tell of tokens, whether they are who they say, what they remember.
///
/// Who they are says the store (`StoreSync.members`).
struct OtherNodes: Sendable {
    var query = MemberQuery()
    var neighbourhood = Neighbourhood()
    var recollection = Recollection()

    /// Whether all this node knows is what it found in the store, so that it vouches for nothing.
    var isCold: Bool { recollection.isCold }
}
