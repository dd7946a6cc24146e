import RedisClient
import Testing

@testable import RedisStores

/// Which errors of a command are a reason to look for another server behind the same name.
@Suite struct DemotedServerTests {
    @Test(arguments: [
        ("READONLY You can't write against a read only replica.", true),
        // Redis 5 and 6, which tell of it within the script's own error.
        (
            "ERR Error running script (call to f_6b1bf486c8): @user_script:9: @user_script: 9: "
                + "-READONLY You can't write against a read only replica.", true
        ),
        ("LOADING Redis is loading the dataset in memory", true), ("NOAUTH Authentication required.", true),
        ("MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", true),
        ("OOM command not allowed when used memory > 'maxmemory'.", false),
        (
            "ERR Error running script (call to f_6b1bf486c8): @user_script:9: @user_script: 9: "
                + "-OOM command not allowed when used memory > 'maxmemory'.", false
        ),
        ("NOPERM this user has no permissions to run the 'hset' command", false), ("ERR unknown command", false),
    ])
    func error_ConcernsTheConnection_OrOneCommand(line: String, isAboutTheConnection: Bool) {
        #expect(RedisRejection(line).isAboutTheConnection == isAboutTheConnection)
    }
}
