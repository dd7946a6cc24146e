import Testing

@testable import wxkeeper

@Suite struct MemoryTests {
    @Test func codeOfAFile_IsFound() {
        let line: Substring = "7fdbcfa00000-7fdbcffd3000 r-xp 00093000 fe:00 1311 /opt/a folder/libswiftCore.so"
        #expect(Memory.codeRange(in: line) == 0x7fdb_cfa0_0000..<0x7fdb_cffd_3000)
        // Aligned by many blanks, as the kernel does it.
        let aligned: Substring = "55d6883f8000-55d68954a000 r-xp 0015a000 fe:00 2097   /usr/bin/wxkeeper"
        #expect(Memory.codeRange(in: aligned) == 0x55d6_883f_8000..<0x55d6_8954_a000)
    }

    @Test(arguments: [
        // Data, constants and what the linker has put right: they may have been written.
        "55d6895d1000-55d689705000 rw-p 011d8000 fe:00 2097   /usr/bin/wxkeeper",
        "55d68954b000-55d6895d1000 r--p 01153000 fe:00 2097   /usr/bin/wxkeeper",
        // No file to read it from again.
        "7fdbc4000000-7fdbc4091000 r-xp 00000000 00:00 0",
        "7ffd3c5f2000-7ffd3c5f4000 r-xp 00000000 00:00 0      [vdso]",
        // Shared with others, or writable.
        "7fdbc4000000-7fdbc4091000 r-xs 00000000 fe:00 2097   /memfd",
        "7fdbc4000000-7fdbc4091000 rwxp 00000000 fe:00 2097   /usr/bin/wxkeeper",
        "nonsense", "", "zz-yy r-xp 0 0 0 /x", "5-5 r-xp 0 0 0 /x", "6-5 r-xp 0 0 0 /x",
    ])
    func everythingElse_IsLeftAlone(_ line: String) {
        #expect(Memory.codeRange(in: line[...]) == nil)
    }

    /// The code of this very process, while it runs.
    @Test func givingBack_ChangesNothing() {
        let before = (0..<1000).map { "\($0)".hashValue }
        Memory.giveBack()
        #expect((0..<1000).map { "\($0)".hashValue } == before)
    }
}
