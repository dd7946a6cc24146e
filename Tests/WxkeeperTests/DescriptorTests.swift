import Testing

@testable import wxkeeper

@Suite struct DescriptorTests {
    @Test(arguments: [
        // limit, connections, transfers
        (64, 8, 40), (128, 48, 40), (256, 176, 40), (1024, 768, 128), (4096, 3584, 256), (20_000, 16_384, 256),
        (65_536, 16_384, 256), (1_000_000, 16_384, 256),
    ])
    func limit_LeavesRoomBesideTheCallers(_ limit: Int, _ connections: Int, _ transfers: Int) {
        let descriptors = Descriptors(limit: limit)
        #expect(descriptors.mostConnections == connections)
        #expect(descriptors.mostTransfers == transfers)
        guard limit >= Descriptors.fewest else { return }
        #expect(descriptors.mostConnections + descriptors.mostTransfers + 32 <= limit)
    }
}
