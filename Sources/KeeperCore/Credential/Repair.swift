/// Whether the current token was ended before its time, and what replacing such tokens may cost.
///
/// A dead token is replaced at once as long as the day's quota is safe: the allowance is what keeps it safe, and the
/// only reason to wait.
struct Repair: Sendable {
    /// Whether WeChat has refused the current token, or its users say so and WeChat cannot be asked.
    private(set) var isDead = false
    /// Whether a program outside the cluster has ended it.
    ///
    /// Only if it is dead.
    private(set) var isRotatedExternally = false
    /// What repairs have cost of the quota of rotations.
    private var allowance = Allowance()
    /// The term in which what others have spent today was last counted.
    private var countedIn = Epoch.none

    /// When another repair is allowed; it may have passed.
    func next(_ rate: Allowance.Rate) -> Instant { allowance.next(rate) }

    /// Another version is known.
    mutating func tokenChanged() { (isDead, isRotatedExternally) = (false, false) }

    /// WeChat has named the current token: it lives after all.
    mutating func lives() { isDead = false }

    /// The current token is dead.
    mutating func died() { isDead = true }

    /// The current token is dead by the deed of another program.
    mutating func wasRotatedExternally() { (isDead, isRotatedExternally) = (true, true) }

    /// A leader that knows nothing of its predecessor's repairs takes all of today's rotations for such.
    mutating func count(_ rotationsToday: Int, in term: Epoch, _ rate: Allowance.Rate, at now: Instant) {
        guard term != countedIn else { return }
        countedIn = term
        allowance.assumeTaken(rotationsToday, rate, at: now)
    }

    /// A dead token is about to be replaced.
    mutating func take(_ rate: Allowance.Rate, at now: Instant) { allowance.take(rate, at: now) }

    /// One that was taken has cost nothing, or one more is allowed.
    mutating func grantOne(_ rate: Allowance.Rate) { allowance.grantOne(rate) }
}
