/// nginx in front of the nodes.
///
/// For three nodes on the usual ports it is, line for line, what stands in `deploy/nginx/nginx.conf` below its
/// comments; a test sees to that.
package struct NginxConfiguration {
    private let port: Int
    private let nodes: [(name: String, port: Int)]
    private let folder: String?

    /// Listens on `port` of the loopback address for nodes that listen on theirs.
    /// - Parameter folder: Where it keeps what it must write to start at all; nil: where it was built to.
    package init(port: Int, nodes: [(name: String, port: Int)], folder: String? = nil) {
        self.port = port
        self.nodes = nodes
        self.folder = folder
    }

    package var text: String {
        """
        worker_processes 1;
        \(folder.map { "pid \($0)/nginx.pid;" } ?? "")
        events {
            worker_connections 4096;
        }
        http {
        \(folder.map(Self.scratch(in:)) ?? "")
            access_log off;
            server_tokens off;
            keepalive_timeout 60s;
            upstream wxkeeper {
        \(servers)
                keepalive 32;
            }
            server {
                listen 127.0.0.1:\(port);
                proxy_http_version 1.1;
                proxy_set_header Connection "";
                proxy_connect_timeout 500ms;
                proxy_next_upstream_tries 3;
                location / {
                    proxy_pass http://wxkeeper;
                    proxy_read_timeout 1s;
                    proxy_next_upstream error timeout http_502 http_503 http_504 non_idempotent;
                }
                location ~ ^/(token/refresh|cgi-bin/stable_token)/?$ {
                    proxy_pass http://wxkeeper;
                    proxy_read_timeout 17s;
                    proxy_next_upstream error timeout non_idempotent;
                }
                location /operate/ {
                    proxy_pass http://wxkeeper;
                    proxy_read_timeout 17s;
                    proxy_next_upstream error;
                }
            }
        }

        """
    }

    private var servers: String {
        nodes.map { "        server 127.0.0.1:\($0.port) max_fails=1 fail_timeout=2s;" }.joined(separator: "\n")
    }

    /// Where any nginx keeps what it must be able to write, for the block `http`.
    ///
    /// It makes all of these at its start, and only root may make the ones it was built to.
    package static func scratch(in folder: String) -> String {
        ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"]
            .map { "    \($0)_temp_path \(folder)/nginx-\($0);" }.joined(separator: "\n")
    }
}
