# SPDX-License-Identifier: GPL-3.0-or-later
"""The servers behind the balancers, the same for all of them."""
import peers
from processes import Process, free_port, program


def start(front, folder, addresses=1):
    """On 127.0.0.1 and, for HTTP/2, as many addresses in all as asked for."""
    port = free_port()
    command = ["nginx", "-c", http1_config(port, folder)] if front.backend == "h1" else [
        program("bench-backend"), port, addresses]
    process = Process(command, port, folder, "backend")
    process.await_port()
    return process


def http1_config(port, folder):
    return peers.write(folder, "backend.conf", f"""
{peers.nginx_basics(folder, "backend")}
http {{
  access_log off;
  keepalive_requests {peers.FOREVER};
  keepalive_timeout 300s;
  {peers.nginx_folders(folder, "backend")}
  server {{
    listen 127.0.0.1:{port} backlog=4096;
    location / {{ return 200 "hello, desk, from a target"; }}
  }}
}}
""")
