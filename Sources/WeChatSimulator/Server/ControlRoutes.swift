internal import Foundation
internal import Hummingbird
internal import NIOCore

/// Control under `/simulator/`: JSON in, JSON out, with true HTTP statuses.
///
/// Described in `docs/simulator.md`.
struct ControlRoutes {
    let state: SimulatorState

    /// Calls in one answer of `/simulator/calls`.
    static let callLimit = 10_000

    func add(to router: Router<SimulatorContext>) {
        let control = router.group("simulator")
        control.get("calls") { request, _ in try answer { try calls(request) } }
        control.get("overlaps") { request, _ in try answer { try overlaps(request) } }
        control.get("apps") { request, _ in try answer { try apps(request) } }
        control.get("verify") { request, _ in try answer { try verify(request) } }
        control.get("ticket") { request, _ in try answer { try ticket(request) } }
        control.get("fault") { _, _ in try answer { armedFaults() } }
        control.delete("fault") { request, _ in try answer { try clearFaults(request) } }
        control.post("fault") { request, _ in
            let message = try await read(FaultMessage.self, request)
            return try answer { try arm(message) }
        }
        control.post("revoke") { request, _ in
            let message = try await read(RevokeMessage.self, request)
            return try answer { try revoke(message) }
        }
        control.post("external-rotation") { request, _ in
            let message = try await read(ExternalRotationMessage.self, request)
            return try answer { try rotateExternally(message) }
        }
        control.post("ticket") { request, _ in
            let message = try await read(TicketMessage.self, request)
            return try answer { try replaceTicket(message) }
        }
        control.post("apps") { request, _ in
            let message = try await read(AppMessage.self, request)
            return try answer { try add(message) }
        }
        control.put("apps") { request, _ in
            let message = try await read(AppMessage.self, request)
            return try answer { try update(message) }
        }
    }
}

// MARK: What is asked

extension ControlRoutes {
    private func calls(_ request: Request) throws(SimulatorError) -> CallsMessage {
        let since = try integer("since", of: request) ?? 0
        let appID = text("appid", of: request)
        return state.step { machine, now in
            let records = machine.calls(after: since, appID: appID, limit: Self.callLimit)
            return CallsMessage(
                startUnixMs: state.startUnixMilliseconds,
                nowNs: now.nanoseconds,
                last: machine.lastSequence,
                calls: records.map(CallMessage.init)
            )
        }
    }

    private func overlaps(_ request: Request) throws(SimulatorError) -> OverlapsMessage {
        let name = text("scope", of: request) ?? SimulatedWeChat.OverlapScope.issued.rawValue
        guard let scope = SimulatedWeChat.OverlapScope(rawValue: name) else {
            throw .invalid("scope is \(name); allowed are issued and rotating")
        }
        let appID = text("appid", of: request)
        let since = try integer("since", of: request) ?? 0
        let records = state.step { machine, _ in machine.calls(after: since, appID: appID) }
        return OverlapsMessage(overlaps: SimulatedWeChat.overlaps(in: records, scope: scope).map(OverlapMessage.init))
    }

    private func apps(_ request: Request) throws(SimulatorError) -> AppsMessage {
        let appID = text("appid", of: request)
        return try state.step { machine, now throws(SimulatorError) in
            if let appID, machine.summary(of: appID, at: now) == nil { throw .unknownApp(appID) }
            let wanted = appID.map { [$0] } ?? machine.appIDs
            return AppsMessage(
                lifetimeMs: machine.timing.lifetime.wholeMilliseconds,
                overlapMs: machine.timing.overlap.wholeMilliseconds,
                renewalWindowMs: machine.timing.renewalWindow.wholeMilliseconds,
                apps: wanted.compactMap { machine.summary(of: $0, at: now) }
            )
        }
    }

    private func verify(_ request: Request) throws(SimulatorError) -> VerifyMessage {
        guard let token = text("access_token", of: request) else { throw .invalid("access_token is missing") }
        return state.step { machine, now in VerifyMessage(token: token, machine.standing(of: token, at: now)) }
    }

    private func ticket(_ request: Request) throws(SimulatorError) -> TicketStandingMessage {
        guard let ticket = text("ticket", of: request) else { throw .invalid("ticket is missing") }
        let nanoseconds = try integer("at_ns", of: request)
        return state.step { machine, now in
            let moment = nanoseconds.map { SimulatedWeChat.Instant(sinceStart: .nanoseconds($0)) } ?? now
            return TicketStandingMessage(ticket: ticket, machine.standing(ofTicket: ticket, at: moment))
        }
    }

    private func replaceTicket(_ message: TicketMessage) throws(SimulatorError) -> FingerprintMessage {
        guard let kind = SimulatedWeChat.TicketKind(rawValue: message.type) else {
            let allowed = SimulatedWeChat.TicketKind.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("type is \(message.type); allowed are \(allowed)")
        }
        return try state.step { machine, now throws(SimulatorError) in
            FingerprintMessage(fingerprint: try machine.replaceTicket(kind, of: message.appid, at: now))
        }
    }

    private func armedFaults() -> FaultsMessage {
        state.step { machine, _ in FaultsMessage(faults: machine.armedFaults.map(ArmedFaultMessage.init)) }
    }

    private func arm(_ message: FaultMessage) throws(SimulatorError) -> FaultIDMessage {
        let fault = try message.armedFault()
        let endpoint = try Self.endpoint(message.endpoint)
        return try state.step { machine, _ throws(SimulatorError) in
            FaultIDMessage(
                id: try machine.arm(fault, appID: message.appid, endpoint: endpoint, times: message.times)
            )
        }
    }

    private func clearFaults(_ request: Request) throws(SimulatorError) -> ClearedMessage {
        let id = try integer("id", of: request)
        let endpoint = try Self.endpoint(text("endpoint", of: request))
        let appID = text("appid", of: request)
        return state.step { machine, _ in
            ClearedMessage(cleared: machine.clearFaults(id: id, appID: appID, endpoint: endpoint))
        }
    }

    private func revoke(_ message: RevokeMessage) throws(SimulatorError) -> RevokedMessage {
        let line = message.line.flatMap(SimulatedWeChat.Line.init)
        guard (message.line == nil) == (line == nil) else {
            let allowed = SimulatedWeChat.Line.allCases.map(\.rawValue).joined(separator: ", ")
            throw .invalid("line is \(message.line ?? ""); allowed are \(allowed), or nothing: all")
        }
        return try state.step { machine, _ throws(SimulatorError) in
            RevokedMessage(revoked: try machine.revoke(message.appid, line: line))
        }
    }

    private func rotateExternally(_ message: ExternalRotationMessage) throws(SimulatorError) -> FingerprintMessage {
        try state.step { machine, now throws(SimulatorError) in
            FingerprintMessage(fingerprint: try machine.rotateExternally(message.appid, at: now))
        }
    }

    private func add(_ message: AppMessage) throws(SimulatorError) -> AppIDMessage {
        let app = try message.app()
        try state.step { machine, _ throws(SimulatorError) in try machine.add(app) }
        return AppIDMessage(appid: app.appID)
    }

    private func update(_ message: AppMessage) throws(SimulatorError) -> AppIDMessage {
        let app = try message.app()
        try state.step { machine, _ throws(SimulatorError) in try machine.update(app) }
        return AppIDMessage(appid: app.appID)
    }

    private static func endpoint(_ name: String?) throws(SimulatorError) -> SimulatedWeChat.Endpoint? {
        guard let name else { return nil }
        if let endpoint = SimulatedWeChat.Endpoint(rawValue: name) { return endpoint }
        let allowed = SimulatedWeChat.Endpoint.allCases.map(\.rawValue).joined(separator: ", ")
        throw .invalid("endpoint is \(name); allowed are \(allowed), or nothing: all")
    }
}

// MARK: Reading and writing JSON

extension ControlRoutes {
    private func text(_ name: Substring, of request: Request) -> String? {
        request.uri.queryParameters[name].map(String.init)
    }

    private func integer(_ name: Substring, of request: Request) throws(SimulatorError) -> Int? {
        guard let text = text(name, of: request) else { return nil }
        guard let value = Int(text) else { throw .invalid("\(name) is \(text); a number is needed") }
        return value
    }

    private func read<Message: ControlMessage>(_ type: Message.Type, _ request: Request) async throws -> Message {
        let bytes = Data(try await request.body.collect(upTo: WeChatRoutes.bodyLimit).readableBytesView)
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        do {
            // A misspelt key would otherwise arm a fault for ever instead of once.
            let unknown = try JSONDecoder().decode(KeyNames.self, from: bytes).names.subtracting(Message.keys)
            guard unknown.isEmpty else {
                let found = unknown.sorted().joined(separator: ", ")
                let allowed = Message.keys.sorted().joined(separator: ", ")
                throw HTTPError(.badRequest, message: "unknown: \(found); allowed are \(allowed)")
            }
            return try decoder.decode(type, from: bytes)
        } catch let error as DecodingError {
            throw HTTPError(.badRequest, message: "not the JSON that is needed here: \(error)")
        }
    }

    private func answer(_ body: () throws -> some Encodable) throws -> Response {
        let encoder = JSONEncoder()
        encoder.keyEncodingStrategy = .convertToSnakeCase
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        do {
            let bytes = ByteBuffer(bytes: try encoder.encode(try body()))
            return Response(
                status: .ok,
                headers: [.contentType: "application/json", .cacheControl: "no-store"],
                body: .init(byteBuffer: bytes)
            )
        } catch let error as SimulatorError {
            throw HTTPError(error.status, message: error.description)
        }
    }
}

extension SimulatorError {
    fileprivate var status: HTTPResponse.Status {
        switch self {
        case .invalid, .notBound: .badRequest
        case .unknownApp: .notFound
        case .duplicateApp, .full: .conflict
        }
    }
}
