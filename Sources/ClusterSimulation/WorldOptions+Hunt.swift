package import KeeperCore

extension WorldOptions {
    /// The worlds in which the absence of a rule shows soonest, with the rule taken out.
    package static func hunt(for mutant: Rule) -> WorldOptions {
        var options = mutant == .membersAskedFirst ? storeLoss : WorldOptions()
        options.mutant = mutant
        options.isFrantic = ![.readerLease, .verifiesReports, .spacing, .minimumSpacing].contains(mutant)
        if [.ownRecordIsProvenByEpoch, .oldRecordProvesNothing, .readerLease].contains(mutant) { options.nodes = 2 }
        if [.deathProvesOneTerm, .deathLeavesCallsOpen].contains(mutant) { options.isSupervised = true }
        if mutant == .readerLease { options.overlap = 15 }
        options.aim(at: mutant)
        return options
    }

    private mutating func aim(at mutant: Rule) {
        switch mutant {
        case .quietPeriod, .quietAfterKnownTerm, .uncertainty, .intentFence, .membersAskedFirst, .verifiesReports: break
        case .restHandedOn, .unknownCallHandedOn: strike([.stepDown, .leave], every: 1.5, longCalls: 0.4)
        case .releasesAfterCalls: strike([.stepDown, .leave], every: 1, longCalls: 0.7)
        case .deathProvesOneTerm: strike([.storeWiped, .killLeader], every: 1, longCalls: 0.9)
        case .deathLeavesCallsOpen: strike([.killLeader], every: 1.5, longCalls: 0.7)
        case .leaseFromRequest, .budget: strike([.storeSlow, .pauseLeader, .repliesLost], every: 2)
        case .preRequestCheck: strike([.pauseLeader], every: 1)
        case .ownRecordIsProvenByEpoch: strike([.lockDeleted], every: 0.7, longCalls: 0.9, lostReplies: 0.3)
        case .replacedServerEndsTerm:
            strike([.storeRolledBack, .lockDeleted, .partition, .pauseLeader], every: 1, longCalls: 0.7)
        case .oldRecordProvesNothing:
            strike([.storeRolledBack, .stepDown, .kill, .partition], every: 0.5, longCalls: 0.9)
        case .steal: strike([.storeClockBack, .storeClockFrozen, .killLeader, .kill], every: 2)
        case .stealsWhatWasWatched:
            strike([.storeClockBack, .storeClockFrozen, .partition, .pauseLeader], every: 1)
        case .openIntentWaitsLonger: strike([.killLeader, .pauseLeader], every: 2, longCalls: 0.9)
        case .amnesiaLeavesAllUncertain: strike([.storeWiped, .leaseDeleted, .killLeader], every: 1.5, longCalls: 0.9)
        case .resumedIsWorst:
            strike(
                [.lockDeleted, .leaseDeleted, .storeWiped, .killLeader], every: 1, longCalls: 0.9, lostReplies: 0.3)
        case .highestEpochSeen: strike([.leaseDeleted, .storeClockBack, .lockDeleted, .killLeader], every: 1.5)
        case .waitsAfterUnknown: longCalls = 0.7
        case .lifeFromRequest: longCalls = 0.9
        case .oldIntentBecomesUncertainty, .abortKeepsUncertainty:
            strike([.killLeader, .wechatErrors, .wechatDown], every: 1.5, longCalls: 0.7)
        case .beginComparesBasis, .publishOnce: strike([.storeSlow, .repliesLost], every: 1.5, lostReplies: 0.2)
        case .restoresUpward: strike([.recordDeleted, .storeWiped, .storeSlow], every: 1, lostReplies: 0.2)
        case .versionsNeverFall: strike([.storeRolledBack, .recordDeleted], every: 1.5)
        case .readerLease: strike([.partition, .nodesParted], every: 0.4)
        case .spacing: strike([.stepDown], every: 20)
        case .minimumSpacing: strike([.tokenRevoked], every: 1)
        }
    }

    private mutating func strike(
        _ faults: [Fault], every gap: Double, longCalls: Double? = nil, lostReplies: Double? = nil
    ) {
        self.faults = faults
        faultGap = gap
        self.longCalls = longCalls ?? self.longCalls
        self.lostReplies = lostReplies ?? self.lostReplies
    }
}
