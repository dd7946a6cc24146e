internal import ClusterObservation

/// Why a command ends without having done its work: the sentence for the person, the number for the script.
struct CommandFailure: Error, Sendable, Equatable {
    var status: ExitStatus
    var message: String
}

extension CommandFailure {
    /// What a command says of an error that belongs to its work; nil for any other.
    init?(_ error: any Error) {
        switch error {
        case let failure as CommandFailure: self = failure
        case let failure as InquiryFailure:
            self.init(status: ExitStatus(failure.reason), message: failure.message)
        default: return nil
        }
    }
}

extension ExitStatus {
    fileprivate init(_ reason: InquiryFailure.Reason) {
        self =
            switch reason {
            case .misused: .usage
            case .unreachable: .unreachable
            case .failed: .failed
            }
    }
}
