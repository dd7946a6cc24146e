internal import Hummingbird
internal import NIOCore
internal import Synchronization

/// A request's connection, beside what Hummingbird keeps.
struct SimulatorContext: RequestContext {
    var coreContext: CoreRequestContextStorage
    let channel: any Channel

    init(source: ApplicationRequestContextSource) {
        coreContext = CoreRequestContextStorage(source: source)
        channel = source.channel
    }
}

/// Which call each connection has open; HTTP/1.1 allows one at a time.
final class OpenCalls: Sendable {
    private let state: SimulatorState
    private let sequences = Mutex<[ObjectIdentifier: Int]>([:])

    init(state: SimulatorState) {
        self.state = state
    }

    func opened(_ sequence: Int, on channel: any Channel) {
        sequences.withLock { $0[ObjectIdentifier(channel)] = sequence }
        // If it went before it was noted here, its watch found nothing to end.
        if !channel.isActive { callerLeft(channel) }
    }

    func callerLeft(_ channel: any Channel) {
        guard let sequence = sequences.withLock({ $0.removeValue(forKey: ObjectIdentifier(channel)) }) else { return }
        state.step { machine, now in machine.finish(sequence, as: .abandoned, at: now) }
    }
}

/// Sees the caller go, at once: a connection whose caller will send no more is closed, and its call is ended.
///
/// Hummingbird lets callers close one half only; WeChat's callers that do so are gone.
final class CallerWatch: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = Any

    private let openCalls: OpenCalls

    init(_ openCalls: OpenCalls) {
        self.openCalls = openCalls
    }

    func userInboundEventTriggered(context: ChannelHandlerContext, event: Any) {
        if case .inputClosed? = event as? ChannelEvent {
            context.close(promise: nil)
        }
        context.fireUserInboundEventTriggered(event)
    }

    func channelInactive(context: ChannelHandlerContext) {
        openCalls.callerLeft(context.channel)
        context.fireChannelInactive()
    }
}
