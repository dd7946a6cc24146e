internal import KeeperCore

/// What is done to the memory behind the commands' backs, to set the scene of a test.
extension RedisModel {
    /// Why no command would run; nil: it would.
    ///
    /// Worlds have one version only, so only tests ask.
    var refusal: StoreRefusal? {
        let isKnown = contents.store == nil || contents.format == StoreRefusal.knownFormat
        return isKnown ? nil : .unknownFormat(contents.format)
    }

    /// Sets the lease's record, as if it had been granted under this start of the server.
    mutating func setLease(_ record: LeaseRecord?) {
        contents.lease = record
        contents.leaseRun = run
    }

    /// Another node has taken the lease and called, until `end` of the server's clock.
    mutating func lead(_ holder: LeaseHolder, epoch: UInt64, sequence: UInt64, until end: Int64) {
        setLease(LeaseRecord(epoch: Epoch(epoch), holder: holder, sequence: sequence, isActive: true))
        contents.lock = Lock(owner: holder.incarnation, expiresAt: end)
    }

    /// Another node has written its own record, which stays.
    mutating func place(_ member: Member) {
        contents.members.removeAll { $0.member.holder.node == member.holder.node }
        contents.members.append(MemberEntry(member: member, expiresAt: .max))
        contents.members.sort { $0.member.holder.node < $1.member.holder.node }
    }

    /// Another node has written this record of an app, under the next event.
    mutating func keep(_ record: CredentialRecord, at time: WorldTime) {
        let now = begin(at: time)
        var stored = StoredCredential(app: record.app)
        stored.event = nextEvent()
        stored.version = record.version
        stored.epoch = record.epoch
        stored.issue = record.issue.map {
            .init(
                token: $0.token, fingerprint: $0.fingerprint, life: $0.life, expiresAt: now + $0.left.nanoseconds,
                publishedAt: now - $0.age.nanoseconds)
        }
        stored.previous = record.previous
        stored.intent = record.intent.map {
            .init(id: $0.id, epoch: $0.epoch, event: $0.event, at: now - $0.age.nanoseconds)
        }
        stored.lastIntentEpoch = record.intent?.epoch ?? .none
        stored.uncertainty = record.uncertainty.map { .init(event: $0.event, at: now - $0.age.nanoseconds) }
        stored.trouble = record.trouble
        stored.rotations = record.rotationsToday
        stored.rotationsDay = now / StoredCredential.day
        stored.externalRotations = record.externalRotations?.count ?? 0
        stored.rotatedExternallyAt = now - (record.externalRotations?.age.nanoseconds ?? 0)
        contents.credentials.removeAll { $0.app == record.app }
        contents.credentials.append(stored)
    }
}
