internal import KeeperCore
internal import RedisClient

extension Beginning {
    /// What the script `begin` is told.
    static let arguments = ArgumentList<Beginning>([
        .text("app") { RedisArgument($0.app.rawValue) },
        .number("epoch") { $0.epoch.argument },
        .text("intent") { Optional($0.intent).argument },
        .number("basisVersion") { RedisArgument($0.basis.version) },
        .optionalNumber("basisUncertainEvent") { $0.basis.uncertainty.map { RedisArgument($0) } },
        .text("basisIntent") { $0.basis.intent.argument },
    ])
}

extension Publication {
    /// What the script `publish` is told.
    static let arguments = ArgumentList<Publication>([
        .text("app") { RedisArgument($0.app.rawValue) },
        .number("epoch") { $0.epoch.argument },
        .text("intent") { Optional($0.intent).argument },
        .text("token") { RedisArgument($0.token.secret) },
        .text("fingerprint") { RedisArgument($0.fingerprint.rawValue) },
        .number("life") { $0.life.argument },
        .number("left") { $0.left.argument },
        .number("age") { $0.age.argumentRoundedUp },
        .number("knownVersion") { RedisArgument($0.knownVersion) },
        .flag("followsExternalRotation") { $0.followsExternalRotation },
    ])
}

extension Abortion {
    /// What the script `abort` is told.
    static let arguments = ArgumentList<Abortion>([
        .text("app") { RedisArgument($0.app.rawValue) },
        .number("epoch") { $0.epoch.argument },
        .text("intent") { $0.intent.argument },
        .text("effect") { $0.effect.argument },
        .flag("hasTrouble") { $0.trouble != nil },
        .optionalNumber("errcode") { $0.trouble?.errcode.map { RedisArgument($0) } },
        .text("reason") { RedisArgument($0.trouble?.summary ?? "") },
    ])
}

extension Abortion.Effect {
    fileprivate var argument: RedisArgument {
        switch self {
        case .unsent: "unsent"
        case .none: "none"
        case .unknown: "unknown"
        case .late: "late"
        }
    }
}

extension Putting {
    /// What the script `put` is told.
    static let arguments = ArgumentList<Putting>([
        .text("app") { RedisArgument($0.app.rawValue) },
        .number("epoch") { $0.epoch.argument },
        .text("token") { RedisArgument($0.token.secret) },
        .text("fingerprint") { RedisArgument($0.fingerprint.rawValue) },
        .number("life") { $0.life.argument },
        .number("left") { $0.left.argument },
        .number("knownVersion") { RedisArgument($0.knownVersion) },
        .number("settledEvent") { RedisArgument($0.settledEvent) },
    ])
}

extension Restoration {
    /// What the script `restore` is told.
    static let arguments = ArgumentList<Restoration>([
        .text("app") { RedisArgument($0.record.app.rawValue) },
        .number("epoch") { $0.epoch.argument },
        .number("version") { RedisArgument($0.record.version) },
        .number("tokenEpoch") { $0.record.epoch.argument },
        .flag("hasToken") { $0.record.issue != nil },
        .text("token") { RedisArgument($0.record.issue?.token.secret ?? "") },
        .text("fingerprint") { RedisArgument($0.record.issue?.fingerprint.rawValue ?? "") },
        .number("life") { $0.record.issue?.life.argument ?? "0" },
        .number("left") { $0.record.issue?.left.argument ?? "0" },
        .number("age") { $0.record.issue?.age.argumentRoundedUp ?? "0" },
        .text("previousFingerprints") { RedisArgument($0.record.previousPrints) },
        .optionalNumber("uncertainAge") { $0.record.oldestUncertainty?.argumentRoundedUp },
        .flag("hasTrouble") { $0.record.trouble != nil },
        .optionalNumber("errcode") { $0.record.trouble?.errcode.map { RedisArgument($0) } },
        .text("reason") { RedisArgument($0.record.trouble?.summary ?? "") },
        .number("rotations") { RedisArgument($0.record.rotationsToday) },
        .number("externalRotations") { RedisArgument($0.record.externalRotations?.count ?? 0) },
        .number("lastExternalAge") { $0.record.externalRotations?.age.argumentRoundedUp ?? "0" },
    ])
}

extension CredentialRecord {
    fileprivate var previousPrints: String {
        previous.prefix(Self.mostPrevious).map(\.rawValue).joined(separator: ",")
    }

    /// How long ago the token may have been replaced, for all that is known.
    fileprivate var oldestUncertainty: Duration? { [uncertainty?.age, intent?.age].compactMap(\.self).max() }
}
