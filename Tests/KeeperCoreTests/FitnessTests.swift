import Testing

@testable import KeeperCore

/// Whether a node reaches WeChat, by what it tries.
@Suite struct FitnessTests {
    private let now = Instant.seconds(1000)

    private func fitness(apps: Int = 2) -> Fitness {
        var fitness = Fitness(apps: apps, seed: 1)
        fitness.begin(at: now)
        return fitness
    }

    private func fail(_ fitness: inout Fitness, times: Int, at moment: Instant) {
        for number in 1...times {
            fitness.sent(RequestID(UInt64(number)))
            fitness.reached(RequestID(UInt64(number)), false, at: moment)
        }
    }

    @Test func callsThatFail_AreASuspicion_AConnectionThatFailsIsTheProof() {
        var fitness = fitness()
        for _ in 1...20 { fitness.note(.failed, ofApp: 0, at: now) }
        #expect(!fitness.isCutOff && fitness.failures == Fitness.mostFailures - 1)
        fail(&fitness, times: 1, at: now)
        #expect(fitness.isCutOff && fitness.standing(at: now) == .unfit)
        fitness.note(.met, ofApp: 0, at: now)
        #expect(!fitness.isCutOff && fitness.standing(at: now) == .fit)
    }

    @Test func standing_IsUnknown_BeforeTheFirstTry_AndTwoPeriodsAfterTheLast() {
        var fitness = fitness()
        #expect(fitness.standing(at: now) == .unknown)
        fitness.note(.untried, ofApp: 0, at: now)
        #expect(fitness.standing(at: now) == .unknown)
        fitness.note(.met, ofApp: 0, at: now)
        #expect(fitness.standing(at: now + Fitness.checkPeriod * 2 - .milliseconds(1)) == .fit)
        #expect(fitness.standing(at: now + Fitness.checkPeriod * 2) == .unknown)
    }

    @Test func doubtfulLeader_MakesEarlierSuccessesOld_AndATryDueAtOnce() {
        var fitness = fitness()
        fitness.note(.met, ofApp: 0, at: now)
        fitness.heed(leader: .unknown, at: now + .seconds(1))
        #expect(fitness.standing(at: now + .seconds(1)) == .unknown && fitness.isDue(at: now + .seconds(1)))
        fitness.heed(leader: .unknown, at: now + .seconds(2))
        fitness.note(.met, ofApp: 0, at: now + .seconds(1.5))
        #expect(fitness.standing(at: now + .seconds(2)) == .fit, "the doubt began when it was first seen")
        fitness.heed(leader: nil, at: now + .seconds(3))
        #expect(fitness.standing(at: now + .seconds(3)) == .fit)
    }

    @Test func others_HaveTimeToLook_FromTheFirstFailureOfTheTerm() {
        var fitness = fitness()
        let haveLooked = { (fitness: Fitness, granted: Instant, moment: Instant) in
            fitness.othersHaveLooked(at: moment, leadsSince: granted, tickPeriod: .seconds(1))
        }
        #expect(haveLooked(fitness, now, now))
        fitness.note(.failed, ofApp: 0, at: now)
        fitness.note(.failed, ofApp: 0, at: now + .seconds(3))
        #expect(!haveLooked(fitness, now, now + .seconds(4.9)) && haveLooked(fitness, now, now + .seconds(5)))
        #expect(!haveLooked(fitness, now + .seconds(2), now + .seconds(6.9)), "nobody heeds who does not lead")
    }

    @Test func whoGaveWay_IsUnfitForAMinute_AndTriesItsAdmissionAnew() {
        var fitness = fitness()
        fitness.note(.shutOut, ofApp: 0, at: now)
        #expect(fitness.isCutOff)
        #expect(fitness.giveWay(at: now) == now + .seconds(60))
        fitness.note(.met, ofApp: 0, at: now)
        #expect(!fitness.isCutOff && fitness.isBanned(at: now + .seconds(59.9)))
        #expect(
            fitness.standing(at: now + .seconds(59.9)) == .unfit && fitness.standing(at: now + .seconds(60)) != .unfit)
    }

    // MARK: Its parts

    @Test func ban_Doubles_UpToTenMinutes_AndBeginsAnewAfterARest() {
        var ban = ReachBan()
        var moment = now
        for seconds in [60.0, 120, 240, 480, 600, 600] {
            ban.begin(at: moment)
            #expect(ban.until == moment + .seconds(seconds))
            moment = ban.until
        }
        ban.met(at: moment + ReachBan.longest - .milliseconds(1))
        ban.begin(at: moment)
        #expect(ban.until == moment + ReachBan.longest)
        ban.met(at: ban.until + ReachBan.longest)
        ban.begin(at: moment)
        #expect(ban.until == moment + ReachBan.shortest)
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
