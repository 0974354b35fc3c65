# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers behind the balancers, the same for all of them."""
import peers
from processes import Process, free_port


def start_h2(folder):
    """nghttp2's server of files: gRPC-shaped answers of a few bytes, with trailers."""
    port = free_port()
    return ready(Process(["nghttpd", "--no-tls", "-n1", "-d", f"{folder}/files", "--trailer", "grpc-status: 0", port],
                         port, folder, "nghttpd"))


def start_http1(folder):
    port = free_port()
    config = peers.write(folder, "backend.conf", f"""
{peers.nginx_basics(folder, "backend")}
http {{
  access_log off;
  keepalive_requests {peers.FOREVER};
  keepalive_timeout 300s;
  client_max_body_size 0;
  client_body_buffer_size 8m;
  {peers.nginx_folders(folder, "backend")}
  server {{
    listen 127.0.0.1:{port};
    location /large {{ root {folder}/files; }}
    location / {{ return 200 "hello, desk"; }}
  }}
}}
""")
    return ready(Process(["nginx", "-c", config], port, folder, "backend"))


def ready(process):
    process.await_port()
    return process
