internal import CCurl

/// Makes single HTTP exchanges, each before a deadline, any number up to a limit at once.
///
/// Promises: a request is sent at most once; an answer counts only if it is complete before the deadline; an error says
/// whether the request can have left; certificates are always verified; no redirect, cookie, netrc or proxy of the
/// environment is obeyed; no error text holds a query, a header or a body.
/// Does not promise: an order among exchanges, connections kept alive.
///
/// An actor that lives on curl's own thread, so only that thread can touch libcurl.
public actor CurlClient {
    private let thread = CurlThread()
    private let transferLimit: Int
    private var transfers: [Int: Transfer] = [:]
    private var lastID = 0
    private var isStopping = false

    /// The executor of this actor: curl's thread.
    public nonisolated var unownedExecutor: UnownedSerialExecutor {
        // SAFETY: the actor holds its executor for life.
        unsafe thread.asUnownedSerialExecutor()
    }

    /// Starts the thread.
    ///
    /// It ends when the client is no longer referenced.
    /// - Parameter transferLimit: exchanges in flight at once; one more is refused.
    public init(transferLimit: Int = 256) {
        precondition(transferLimit > 0, "transferLimit \(transferLimit) allows nothing")
        self.transferLimit = transferLimit
        // Weakly: the thread must not keep the client alive, for the client's end is the thread's.
        thread.start { [weak self] in self?.assumeIsolated { $0.turn() } }
    }

    deinit { thread.end() }

    /// Sends `request` once and returns the answer, if all of it is here before `deadline`.
    ///
    /// Cancelling the task ends the exchange at once.
    public func exchange(
        _ request: HTTPRequest,
        before deadline: ContinuousClock.Instant
    ) async throws(CurlError) -> HTTPReply {
        lastID += 1
        let id = lastID
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                begin(request, id, before: deadline, continuation)
            }
        } onCancel: {
            Task { await self.cancel(id, .cancelled) }
        }.get()
    }

    /// Refuses new exchanges and cancels those in flight.
    ///
    /// May be called again.
    public func stop() {
        isStopping = true
        for id in transfers.keys.sorted() { cancel(id, .stopping) }
    }

    private func begin(
        _ request: HTTPRequest,
        _ id: Int,
        before deadline: ContinuousClock.Instant,
        _ continuation: CheckedContinuation<Transfer.Outcome, Never>
    ) {
        do throws(CurlError) {
            // Cancelled before it was stored: then nobody comes to cancel it later.
            guard !Task.isCancelled else { throw .notSent(.init(.cancelled, "cancelled")) }
            guard !isStopping else { throw .notSent(.init(.stopping, "the client is stopping")) }
            guard transfers.count < transferLimit else {
                throw .notSent(.init(.crowded, "\(transferLimit) exchanges are in flight"))
            }
            let transfer = try Transfer(request, before: deadline)
            // SAFETY: kept in `transfers`, so handle and callbacks' owner live until the handle is removed.
            let code = unsafe curl_multi_add_handle(thread.multi, transfer.handle)
            guard code == CURLM_OK else {
                throw .notSent(.init(.request, "curl_multi_add_handle failed with \(code.rawValue)"))
            }
            transfers[id] = transfer
            transfer.begin(continuation)
        } catch {
            continuation.resume(returning: .failure(error))
        }
    }

    private func cancel(_ id: Int, _ cause: CurlError.Cause) {
        guard let transfer = transfers.removeValue(forKey: id) else { return }
        // SAFETY: a job, hence not inside a callback of libcurl's, where removing is forbidden.
        unsafe curl_multi_remove_handle(thread.multi, transfer.handle)
        transfer.cancel(cause)
    }

    /// One round of the thread: move bytes, then hand out what is done.
    private func turn() {
        var running: Int32 = 0
        var left: Int32 = 0
        // SAFETY: on the thread; no job runs meanwhile, so `transfers` holds every handle libcurl touches.
        let code = unsafe curl_multi_perform(thread.multi, &running)
        // Anything else is a wrong call of ours or no memory at all.
        precondition(code == CURLM_OK, "curl_multi_perform failed with \(code.rawValue)")
        // SAFETY: a message is valid until the next call that reads one or removes its handle.
        while let message = unsafe curl_multi_info_read(thread.multi, &left) {
            guard unsafe message.pointee.msg == CURLMSG_DONE, let handle = unsafe message.pointee.easy_handle
            else { continue }
            let result = unsafe ccurl_message_result(message)
            guard let (id, transfer) = transfers.first(where: { unsafe $0.value.handle == handle }) else { continue }
            unsafe curl_multi_remove_handle(thread.multi, handle)
            transfers[id] = nil
            transfer.finish(result)
        }
    }
}
