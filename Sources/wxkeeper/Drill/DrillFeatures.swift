/// What drills rely on in the cluster and what is not there yet: the one place to switch it on.
enum DrillFeatures {
    /// `POST /operate/switchover`. Without it the drill `switchover` is listed and not run.
    static let hasSwitchover = false
    /// A leader that cannot reach WeChat while another node can gives way. Without it `cut-leader-from-wechat` promises
    /// no takeover.
    static let hasFitness = false
    /// `serve --supervise`. With it every node of a drill's cluster is watched by a parent process, and a killed leader
    /// is to be replaced at once.
    static let hasSupervision = false
}
