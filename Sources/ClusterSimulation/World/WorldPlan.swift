internal import KeeperCore

/// What a world consists of, drawn from its seed: nodes, apps, lives, clocks, callers.
struct WorldPlan {
    let nodes: Int
    let settings: NodeSettings
    let accounts: [WeChatModel.Account]
    let renewalWindow: Double
    let sharesConnection: Bool
    /// Whether a parent watches over every node.
    let isSupervised: Bool
    let askGap: Double?
    let operators: Double
    private let widest: Double

    init(options: WorldOptions, random: inout Chance) {
        nodes = options.nodes ?? random.pick([3, 3, 3, 3, 3, 3, 2, 5])
        let isFast = random.chance(0.2)
        guard let timing = try? LeaseTiming(ttl: .seconds(isFast ? 4 : 6), callTimeout: .seconds(isFast ? 2 : 3)) else {
            preconditionFailure("the times of a world break a rule")
        }
        // In a third of the worlds the leader calls as often as it may: there the rules about calls are tried hardest.
        let isDrawn = random.chance(0.35)
        let isFrantic = !options.onlyStoreFails && options.isFrantic ?? isDrawn
        let appCount = random.pick([1, 1, 1, 2, 2, 3, 4])
        var accounts: [WeChatModel.Account] = []
        for index in 0..<appCount {
            let line: CredentialLine = index == 0 || isFrantic || random.chance(0.5) ? .classic : .stable
            let range = isFrantic ? 4.0...10 : random.chance(0.7) ? 12...40 : 40...120
            let life = options.onlyStoreFails ? 7200 : random.number(range)
            accounts.append(
                WeChatModel.Account(line: line, life: life, isMisconfigured: index > 1 && random.chance(0.15)))
        }
        self.accounts = accounts
        let drawn = options.onlyStoreFails ? 300 : random.pick([15.0, 30, 60, 300])
        let overlap = options.overlap ?? drawn
        settings = NodeSettings(
            timing: timing,
            apps: accounts.enumerated().map { AppSettings(id: AppID("wx\($0)"), line: $1.line) },
            overlap: .seconds(overlap), watchPeriod: .seconds(random.pick([0.0, 3, 5, 10])))
        renewalWindow = 5
        sharesConnection = random.chance(0.5)
        let isWatched = random.chance(0.5)
        isSupervised = options.isSupervised ?? isWatched
        askGap = options.onlyStoreFails ? nil : isFrantic ? 0.4 : random.pick([0.3, 1, 1, 4])
        let share = isFrantic ? 0.6 : random.pick([0, 0.05, 0.5])
        operators = options.isGentle ? 0 : share
        widest = random.pick([0.003, 0.009])
    }

    /// The smallest cluster in which two can disagree: two nodes, one app with a short-lived token, no callers.
    static let smallest: WorldPlan = {
        guard let timing = try? LeaseTiming(ttl: .seconds(2), callTimeout: .seconds(0.7)) else {
            preconditionFailure("the times of a world break a rule")
        }
        let settings = NodeSettings(
            timing: timing, apps: [AppSettings(id: AppID("wx0"), line: .classic)], overlap: .seconds(15),
            watchPeriod: .zero)
        return WorldPlan(
            nodes: 2, settings: settings,
            accounts: [WeChatModel.Account(line: .classic, life: 4, isMisconfigured: false)], renewalWindow: 5,
            sharesConnection: false, isSupervised: false, askGap: nil, operators: 0, widest: 0)
    }()

    private init(
        nodes: Int, settings: NodeSettings, accounts: [WeChatModel.Account], renewalWindow: Double,
        sharesConnection: Bool, isSupervised: Bool, askGap: Double?, operators: Double, widest: Double
    ) {
        self.nodes = nodes
        self.settings = settings
        self.accounts = accounts
        self.renewalWindow = renewalWindow
        self.sharesConnection = sharesConnection
        self.isSupervised = isSupervised
        self.askGap = askGap
        self.operators = operators
        self.widest = widest
    }

    /// How much too fast or too slow a node's clock runs.
    func drift(_ random: inout Chance) -> Double { random.number(-widest...widest) }
}
