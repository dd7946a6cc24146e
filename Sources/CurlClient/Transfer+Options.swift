internal import CCurl

/// Every option of a transfer. What is set here is policy, most of it for safety; the reason stands beside it.
///
/// libcurl copies every string it is given, so no pointer outlives its call but those to what the transfer owns.
extension Transfer {
    func configure() throws(CurlError) {
        try setSafetyOptions()
        try setTimeouts()
        try setRequest()
        try setTrust()
        try setCallbacks()
    }

    private func setSafetyOptions() throws(CurlError) {
        // Set first, so that the options after it can explain themselves.
        // SAFETY: the transfer owns the buffer, and frees it after the handle.
        try check(unsafe ccurl_setopt_error_buffer(handle, errorBuffer))
        // libcurl sends a request again, without a word, when a kept-alive connection turns out dead; a rotating
        // request must never be sent twice. So each exchange has a connection of its own.
        try set(CURLOPT_FRESH_CONNECT, 1)
        try set(CURLOPT_FORBID_REUSE, 1)
        try set(CURLOPT_HTTP_VERSION, Int(CURL_HTTP_VERSION_1_1))
        // Nothing may lead the secret elsewhere: no other scheme, no redirect, no proxy of the environment.
        try set(CURLOPT_PROTOCOLS_STR, request.url.scheme.rawValue)
        try set(CURLOPT_REDIR_PROTOCOLS_STR, request.url.scheme.rawValue)
        try set(CURLOPT_FOLLOWLOCATION, 0)
        try set(CURLOPT_DISALLOW_USERNAME_IN_URL, 1)
        try set(CURLOPT_PROXY, request.proxy ?? "")
        try set(CURLOPT_NOPROXY, "")
        try set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1)
        try set(CURLOPT_NETRC, Int(CURL_NETRC_IGNORED.rawValue))
        // No signals in a program with threads: https://curl.se/libcurl/c/CURLOPT_NOSIGNAL.html
        try set(CURLOPT_NOSIGNAL, 1)
        // Without it libcurl waits for its resolver thread when a transfer ends early, and one name server that does
        // not answer holds up all transfers (https://github.com/curl/curl/issues/8515). The thread is left to end by
        // itself and frees what it holds.
        try set(CURLOPT_QUICK_EXIT, 1)
    }

    private func setTimeouts() throws(CurlError) {
        let time = deadline - .now
        guard time > .zero else { throw .notSent(.init(.deadline, "the deadline has passed")) }
        try set(CURLOPT_TIMEOUT_MS, time.millisecondsRoundedUp)
        try set(CURLOPT_CONNECTTIMEOUT_MS, min(time, request.connectTimeout).millisecondsRoundedUp)
    }

    private func setRequest() throws(CurlError) {
        try set(CURLOPT_URL, request.url.text)
        switch request.method {
        case .get:
            try set(CURLOPT_HTTPGET, 1)
        case .post:
            try set(CURLOPT_POST, 1)
            // SAFETY: the type the option wants; then the bytes are copied, their size being known.
            try check(
                unsafe ccurl_setopt_offset(handle, CURLOPT_POSTFIELDSIZE_LARGE, curl_off_t(request.body.count))
            )
            try check(
                unsafe request.body.withUnsafeBytes { bytes in
                    unsafe ccurl_setopt_pointer(handle, CURLOPT_COPYPOSTFIELDS, bytes.baseAddress)
                }
            )
        }
        // "Expect: 100-continue" would wait a second for servers that do not know it, and send again on a 417.
        try append("Expect:")
        for header in request.headers {
            guard header.isOneLine else { throw .notSent(.init(.request, "a header is not one line")) }
            // libcurl removes a header written "Name:"; "Name;" sends it with an empty value.
            try append(header.value.isEmpty ? "\(header.name);" : "\(header.name): \(header.value)")
        }
        // SAFETY: the transfer owns the list, and frees it after the handle.
        try check(unsafe ccurl_setopt_list(handle, CURLOPT_HTTPHEADER, headerList))
    }

    private func setTrust() throws(CurlError) {
        try set(CURLOPT_SSL_VERIFYPEER, 1)
        try set(CURLOPT_SSL_VERIFYHOST, 2)
        try set(CURLOPT_SSLVERSION, Int(CURL_SSLVERSION_TLSv1_2))
        if let file = request.authorityFile {
            try set(CURLOPT_CAINFO, file)
            // The distribution's directory would be trusted besides the file.
            // SAFETY: null is allowed and means "none".
            try check(unsafe ccurl_setopt_string(handle, CURLOPT_CAPATH, nil))
        }
    }

    private func append(_ line: String) throws(CurlError) {
        // SAFETY: libcurl copies the line; on failure it leaves the list as it was.
        guard let longer = unsafe curl_slist_append(headerList, line) else {
            throw .notSent(.init(.request, "curl_slist_append: out of memory"))
        }
        unsafe headerList = longer
    }

    private func set(_ option: CURLoption, _ value: Int) throws(CurlError) {
        // SAFETY: only called with options that take a long.
        try check(unsafe ccurl_setopt_long(handle, option, value))
    }

    private func set(_ option: CURLoption, _ value: String) throws(CurlError) {
        // SAFETY: only called with options that take a string, which libcurl copies.
        try check(unsafe ccurl_setopt_string(handle, option, value))
    }

    func check(_ code: CURLcode) throws(CurlError) {
        guard code != CURLE_OK else { return }
        // SAFETY: a constant of libcurl's.
        let text = unsafe String(cString: curl_easy_strerror(code))
        throw .notSent(.init(.request, code: Int(code.rawValue), "curl_easy_setopt: \(text)"))
    }
}

extension Duration {
    /// At least 1, since 0 means "no limit" to libcurl; at most a day.
    var millisecondsRoundedUp: Int {
        let bounded = min(self, .seconds(86_400))
        let (seconds, attoseconds) = bounded.components
        return max(1, Int(seconds) * 1_000 + Int((attoseconds + 999_999_999_999_999) / 1_000_000_000_000_000))
    }
}
