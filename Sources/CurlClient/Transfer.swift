internal import CCurl

/// One exchange in flight: owns the easy handle and everything libcurl points to while it runs.
///
/// Lives on curl's thread from birth to end. Whoever keeps it in a running multi handle must hold it strongly until the
/// handle is removed, since libcurl's callbacks have only an unretained pointer to it.
@safe final class Transfer {
    typealias Outcome = Result<HTTPReply, CurlError>

    // SAFETY: made in `init`, freed in `deinit`, never handed out beyond this target's thread.
    let handle: OpaquePointer
    let errorBuffer: UnsafeMutablePointer<CChar>
    var headerList: UnsafeMutablePointer<curl_slist>?

    let request: HTTPRequest
    let deadline: ContinuousClock.Instant
    private var continuation: CheckedContinuation<Outcome, Never>?

    /// What this side stopped the transfer for; libcurl reports such a stop only as an aborted callback.
    private var ownCause: CurlError.Cause?
    /// The pre-request callback has run and allowed it: from here on bytes may have left.
    private var mayHaveLeft = false
    private var body: [UInt8] = []
    private var headers = HeaderLines()

    /// Prepares everything; throws, with nothing left behind, if the request cannot be sent as it is.
    init(_ request: HTTPRequest, before deadline: ContinuousClock.Instant) throws(CurlError) {
        // SAFETY: handle and buffer are freed in `deinit`, which also runs if `configure` throws.
        guard let handle = unsafe curl_easy_init() else { throw .notSent(.init(.request, "curl_easy_init failed")) }
        unsafe self.handle = handle
        unsafe errorBuffer = .allocate(capacity: Int(CURL_ERROR_SIZE))
        unsafe errorBuffer.initialize(repeating: 0, count: Int(CURL_ERROR_SIZE))
        self.request = request
        self.deadline = deadline
        try configure()
    }

    deinit {
        // SAFETY: the handle first, since it points to the other two; it is in no multi handle any more.
        unsafe curl_easy_cleanup(handle)
        unsafe curl_slist_free_all(headerList)
        unsafe errorBuffer.deallocate()
    }

    /// Takes the one who waits.
    ///
    /// Exactly one of `finish` and `cancel` resumes it.
    func begin(_ continuation: CheckedContinuation<Outcome, Never>) { self.continuation = continuation }

    /// Ends the exchange with libcurl's verdict.
    ///
    /// The handle must have left the multi handle.
    func finish(_ code: CURLcode) { resume(outcome(code)) }

    /// Ends the exchange before libcurl does.
    ///
    /// The handle must have left the multi handle.
    func cancel(_ cause: CurlError.Cause) {
        resume(.failure(failure(.init(cause, cause == .stopping ? "the client is stopping" : "cancelled"))))
    }

    private func resume(_ outcome: Outcome) {
        continuation?.resume(returning: outcome)
        continuation = nil
    }

    private func outcome(_ code: CURLcode) -> Outcome {
        guard code == CURLE_OK else { return .failure(failure(reason(code))) }
        // libcurl's timer may be late (CLOCK_MONOTONIC stands still while the machine is suspended): judge here.
        guard ContinuousClock.now < deadline else {
            return .failure(.unknown(.init(.deadline, "the answer came after the deadline")))
        }
        // Seen with 7.88: a connection closed in the middle of the headers counts as success.
        guard headers.isComplete else {
            return .failure(failure(.init(.answer, "the answer ended within its headers")))
        }
        var status = 0
        // SAFETY: CURLINFO_RESPONSE_CODE writes one long.
        unsafe ccurl_getinfo_long(handle, CURLINFO_RESPONSE_CODE, &status)
        return .success(HTTPReply(status: status, body: body, headers: headers))
    }

    private func failure(_ reason: CurlError.Reason) -> CurlError {
        mayHaveLeft ? .unknown(reason) : .notSent(reason)
    }

    private func reason(_ code: CURLcode) -> CurlError.Reason {
        let cause = ownCause ?? cause(of: code)
        let number = Int(code.rawValue)
        switch ownCause {
        case .check: return .init(.check, code: number, "the check before sending said no")
        case .deadline: return .init(.deadline, code: number, "the deadline passed before sending")
        case .tooLarge: return .init(.tooLarge, code: number, "the answer is longer than its limit")
        default:
            // SAFETY: both are strings with an end: libcurl's own, and our buffer, zeroed before and filled by libcurl.
            let detail = unsafe String(cString: errorBuffer)
            let general = unsafe String(cString: curl_easy_strerror(code))
            return .init(cause, code: number, Confidential(request).cleared(detail) ?? general)
        }
    }

    private func cause(of code: CURLcode) -> CurlError.Cause {
        switch code {
        case CURLE_COULDNT_RESOLVE_HOST, CURLE_COULDNT_RESOLVE_PROXY: .name
        case CURLE_OPERATION_TIMEDOUT where mayHaveLeft || ContinuousClock.now >= deadline: .deadline
        case CURLE_COULDNT_CONNECT, CURLE_OPERATION_TIMEDOUT, CURLE_PROXY: .connection
        case CURLE_SSL_CONNECT_ERROR, CURLE_PEER_FAILED_VERIFICATION, CURLE_SSL_ISSUER_ERROR, CURLE_SSL_CIPHER,
            CURLE_SSL_INVALIDCERTSTATUS:
            .tls
        case CURLE_URL_MALFORMAT, CURLE_BAD_FUNCTION_ARGUMENT, CURLE_SSL_CACERT_BADFILE, CURLE_OUT_OF_MEMORY: .request
        case CURLE_UNSUPPORTED_PROTOCOL where !mayHaveLeft: .request
        default: mayHaveLeft ? .answer : .connection
        }
    }
}

// MARK: libcurl's callbacks, all of them inside curl_multi_perform, hence on the thread

extension Transfer {
    /// The last moment at which "never sent" is certain.
    private func maySend() -> Bool {
        guard ContinuousClock.now < deadline else {
            ownCause = .deadline
            return false
        }
        guard request.mayBegin() else {
            ownCause = .check
            return false
        }
        mayHaveLeft = true
        return true
    }

    private func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard body.count + bytes.count <= request.bodyLimit else {
            ownCause = .tooLarge
            return false
        }
        // SAFETY: copied while libcurl keeps them, within the callback.
        unsafe body.append(contentsOf: bytes)
        return true
    }

    private func takeHeader(_ bytes: UnsafeRawBufferPointer) -> Bool {
        // SAFETY: copied while libcurl keeps them, within the callback.
        guard unsafe headers.append(bytes) else {
            ownCause = .tooLarge
            return false
        }
        return true
    }

    func setCallbacks() throws(CurlError) {
        // SAFETY: CurlClient holds this transfer strongly while its handle is in the multi handle.
        let owner = unsafe Unmanaged.passUnretained(self).toOpaque()
        try check(
            unsafe ccurl_set_prerequest_callback(
                handle,
                { owner, _, _, _, _ in
                    guard let owner = unsafe owner else { return Int32(CURL_PREREQFUNC_ABORT) }
                    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
                    return Int32(transfer.maySend() ? CURL_PREREQFUNC_OK : CURL_PREREQFUNC_ABORT)
                },
                owner
            )
        )
        // A count other than the one given makes libcurl stop with CURLE_WRITE_ERROR.
        // SAFETY: as above; `data` points to `count` bytes during the callback.
        try check(
            unsafe ccurl_set_body_callback(
                handle,
                { data, _, count, owner in
                    guard let owner = unsafe owner, count > 0 else { return 0 }
                    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
                    return unsafe transfer.take(UnsafeRawBufferPointer(start: data, count: count)) ? count : 0
                },
                owner
            )
        )
        // SAFETY: as above.
        try check(
            unsafe ccurl_set_header_callback(
                handle,
                { data, _, count, owner in
                    guard let owner = unsafe owner, count > 0 else { return 0 }
                    let transfer = unsafe Unmanaged<Transfer>.fromOpaque(owner).takeUnretainedValue()
                    return unsafe transfer.takeHeader(UnsafeRawBufferPointer(start: data, count: count)) ? count : 0
                },
                owner
            )
        )
    }
}
