import Testing

@testable import KeeperCore

/// Whether a node reaches WeChat, by what it tries.
@Suite struct ReachabilityTests {
    private let now = Instant.seconds(1000)

    private func reachability(apps: Int = 2) -> ReachabilityWatch {
        var reachability = ReachabilityWatch(apps: apps, seed: 1)
        reachability.begin(at: now)
        return reachability
    }

    private func fail(_ reachability: inout ReachabilityWatch, times: Int, at moment: Instant) {
        for number in 1...times {
            reachability.sent(RequestID(UInt64(number)))
            reachability.reached(RequestID(UInt64(number)), false, at: moment)
        }
    }

    /// Whatever was asked, a refusal is an answer.
    @Test(arguments: [(Contact.untried, Contact.met), (.met, .met), (.failed, .met), (.shutOut, .shutOut)])
    func refusal_SaysTheSameOfTheWay_WhateverWasAsked(said: Contact, expected: Contact) {
        let refusal = Refusal(trouble: Trouble(errcode: 1, summary: "", contact: said), reaction: .backOff)
        #expect(CallOutcome.refused(refusal).contact == expected)
        #expect(ProbeOutcome.refused(refusal).contact == expected)
    }

    @Test func callsThatFail_AreASuspicion_AConnectionThatFailsIsTheProof() {
        var reachability = reachability()
        for _ in 1...20 { reachability.note(.failed, ofApp: 0, at: now) }
        #expect(!reachability.isCutOff && reachability.failures == ReachabilityWatch.mostFailures - 1)
        fail(&reachability, times: 1, at: now)
        #expect(reachability.isCutOff && reachability.standing(at: now) == .unfit)
        reachability.note(.met, ofApp: 0, at: now)
        #expect(!reachability.isCutOff && reachability.standing(at: now) == .fit)
    }

    @Test func standing_IsUnknown_BeforeTheFirstTry_AndTwoPeriodsAfterTheLast() {
        var reachability = reachability()
        #expect(reachability.standing(at: now) == .unknown)
        reachability.note(.untried, ofApp: 0, at: now)
        #expect(reachability.standing(at: now) == .unknown)
        reachability.note(.met, ofApp: 0, at: now)
        #expect(reachability.standing(at: now + ReachabilityWatch.checkPeriod * 2 - .milliseconds(1)) == .fit)
        #expect(reachability.standing(at: now + ReachabilityWatch.checkPeriod * 2) == .unknown)
    }

    @Test func uncertainLeader_MakesEarlierSuccessesOld_AndATryDueAtOnce() {
        var reachability = reachability()
        reachability.note(.met, ofApp: 0, at: now)
        reachability.heed(leader: .unknown, at: now + .seconds(1))
        #expect(reachability.standing(at: now + .seconds(1)) == .unknown && reachability.isDue(at: now + .seconds(1)))
        reachability.heed(leader: .unknown, at: now + .seconds(2))
        reachability.note(.met, ofApp: 0, at: now + .seconds(1.5))
        #expect(reachability.standing(at: now + .seconds(2)) == .fit, "the uncertainty began when it was first seen")
        reachability.heed(leader: nil, at: now + .seconds(3))
        #expect(reachability.standing(at: now + .seconds(3)) == .fit)
    }

    @Test func others_HaveTimeToLook_FromTheFirstFailureOfTheTerm() {
        var reachability = reachability()
        let haveLooked = { (reachability: ReachabilityWatch, granted: Instant, moment: Instant) in
            reachability.othersHaveLooked(at: moment, leadsSince: granted, tickPeriod: .seconds(1))
        }
        #expect(haveLooked(reachability, now, now))
        reachability.note(.failed, ofApp: 0, at: now)
        reachability.note(.failed, ofApp: 0, at: now + .seconds(3))
        #expect(!haveLooked(reachability, now, now + .seconds(4.9)) && haveLooked(reachability, now, now + .seconds(5)))
        #expect(!haveLooked(reachability, now + .seconds(2), now + .seconds(6.9)), "nobody heeds who does not lead")
    }

    @Test func whoGaveWay_IsUnfitForAMinute_AndTriesItsAdmissionAnew() {
        var reachability = reachability()
        reachability.note(.shutOut, ofApp: 0, at: now)
        #expect(reachability.isCutOff)
        #expect(reachability.giveWay(at: now) == now + .seconds(60))
        reachability.note(.met, ofApp: 0, at: now)
        #expect(!reachability.isCutOff && reachability.isBanned(at: now + .seconds(59.9)))
        #expect(
            reachability.standing(at: now + .seconds(59.9)) == .unfit
                && reachability.standing(at: now + .seconds(60)) != .unfit)
    }

    // MARK: Its parts

    @Test func ban_Doubles_UpToTenMinutes_AndBeginsAnewAfterARest() {
        var ban = ReachabilityBan()
        var moment = now
        for seconds in [60.0, 120, 240, 480, 600, 600] {
            ban.begin(at: moment)
            #expect(ban.until == moment + .seconds(seconds))
            moment = ban.until
        }
        ban.met(at: moment + ReachabilityBan.longest - .milliseconds(1))
        ban.begin(at: moment)
        #expect(ban.until == moment + ReachabilityBan.longest)
        ban.met(at: ban.until + ReachabilityBan.longest)
        ban.begin(at: moment)
        #expect(ban.until == moment + ReachabilityBan.shortest)
    }

    @Test func node_IsRefused_IfSomebodyShutsItOutAndNobodyLetsItIn() {
        var admission = Admission(apps: 3)
        #expect(!admission.isRefused)
        admission.note(false, ofApp: 0)
        #expect(admission.isRefused)
        admission.note(true, ofApp: 1)
        #expect(!admission.isRefused)
        admission.note(false, ofApp: 1)
        #expect(admission.isRefused, "the last answer about each app counts")
        admission.note(true, ofApp: 0)
        admission.rearrange([1: 0], count: 1)
        #expect(admission.isRefused, "the app that let it in is gone")
        admission.forget()
        #expect(!admission.isRefused)
    }
}
