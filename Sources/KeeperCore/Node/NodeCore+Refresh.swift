// Those who ask for another token, and those who leave.
extension NodeCore {
    mutating func refreshAsked(_ request: RefreshRequest, at now: Instant) {
        guard let index = directory[request.app] else {
            return refuse(request, .unknownApp, retryAfter: RetryHint.unknownApp)
        }
        guard out.waiterCount < NodeSettings.mostWaiters else {
            return refuse(request, .tooManyWaiting, retryAfter: RetryHint.tooManyWaiting)
        }
        // The lease may have run out since the last event.
        updateSituation(at: now)
        out.admit(request.waiter, to: index)
        let named: Fingerprint? = if case .refused(let token) = request.reason { fingerprint(token) } else { nil }
        out.speak(for: index)
        refreshers[index].ask(request, named, situation, at: now, into: &out)
        settled(index, at: now)
        step(index, at: now)
    }

    private mutating func refuse(
        _ request: RefreshRequest, _ reason: RefreshAnswer.Unavailability, retryAfter: Duration
    ) {
        out.append(.answer(waiter: request.waiter, answer: .unavailable(reason: reason, retryAfter: retryAfter)))
    }

    mutating func waiterLeft(_ waiter: WaiterID) {
        guard let index = out.dismiss(waiter) else { return }
        refreshers[index].waiterLeft(waiter)
    }
}
