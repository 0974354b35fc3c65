# SPDX-License-Identifier: GPL-3.0-or-later
"""The balancers that are compared. Each is one process and one worker in front of one backend, tuned for the work:
connections to the backend kept and reused, no log, no limit of requests per connection, and for large bodies those
buffers and windows that measured best. Spillway writes its access log and counts its metrics, as it does by default;
only its limits of requests per connection, of connections and of streams are lifted."""
import dataclasses
import json
import os
import re
import shutil

import measures
from processes import Process, free_port, program, wait_until

MOST_CONNECTIONS = 6000
MOST_STREAMS = 200  # at once per HTTP/2 connection; every scenario needs fewer
FOREVER = 1_000_000_000  # requests per connection


@dataclasses.dataclass(frozen=True)
class Front:
    """What a balancer is asked to do: what clients speak, and what its backend does."""
    client: str  # "h2" or "h1"
    backend: str  # "grpc", "h2" or "h1"
    tls: bool = False
    large: bool = False  # bodies of megabytes


class Peer:
    """A balancer that runs: its address, and what the kernel says of it."""
    is_direct = False

    def __init__(self, contender, process, front, port, file=None):
        self.contender = contender
        self.front = front
        self.port = port
        self.process = process
        self.file = file  # Spillway's workspace

    @property
    def name(self):
        return self.contender.name

    @property
    def url(self):
        return f"{'https' if self.front.tls else 'http'}://127.0.0.1:{self.port}"

    def cpu_seconds(self):
        return measures.cpu_seconds(self.process.pid)

    def resident_bytes(self):
        return measures.resident_bytes(self.process.pid)

    def stop(self):
        self.process.stop()


@dataclasses.dataclass(frozen=True)
class Direct:
    """No balancer: what the backend and the load can do by themselves."""
    name: str = "direct"
    needs: str = "bench-backend"

    def start(self, front, backend, _):
        peer = Peer(self, backend, front, backend.port)
        peer.is_direct = True
        return peer


@dataclasses.dataclass(frozen=True)
class HaProxy:
    name: str = "haproxy"
    needs: str = "haproxy"

    def start(self, front, backend, folder):
        port = free_port()
        tls = f" ssl crt {certificate(folder)} alpn h2" if front.tls else ""
        client = " proto h2" if front.client == "h2" else ""
        server = "" if front.backend == "h1" else " proto h2"
        large = "tune.bufsize 65536" if front.large else ""
        config = write(folder, "haproxy.cfg", f"""
global
  nbthread 1
  maxconn {MOST_CONNECTIONS}
  tune.h2.max-concurrent-streams {MOST_STREAMS}
  {large}
defaults
  mode http
  timeout connect 5s
  timeout client 120s
  timeout server 120s
  http-reuse always
frontend clients
  bind 127.0.0.1:{port}{tls}{client}
  default_backend servers
backend servers
  server one 127.0.0.1:{backend.port}{server}
""")
        return started(self, ["haproxy", "-db", "-f", config], front, port, folder)


@dataclasses.dataclass(frozen=True)
class NgHttpx:
    name: str = "nghttpx"
    needs: str = "nghttpx"

    def start(self, front, backend, folder):
        port = free_port()
        tls = [f"{folder}/key.pem", f"{folder}/certificate.pem"] if front.tls else []
        large = ["--backend-http2-window-size=1M", "--frontend-http2-window-size=1M",
                 "--frontend-http2-connection-window-size=4M", "--tls-dyn-rec-warmup-threshold=0",
                 "--backend-request-buffer=256K", "--backend-response-buffer=1M"] if front.large else []
        return started(self, [
            "nghttpx", "--conf=/dev/null", "-n1", "--single-process", "--no-ocsp",
            f"--frontend=127.0.0.1,{port}{'' if front.tls else ';no-tls'}",
            f"--backend=127.0.0.1,{backend.port};;{'proto=http/1.1' if front.backend == 'h1' else 'proto=h2'}",
            f"--errorlog-file={folder}/nghttpx.error.log",
            f"--frontend-http2-max-concurrent-streams={MOST_STREAMS}",
            "--backend-keep-alive-timeout=1m", "--frontend-http2-read-timeout=5m",
            f"--pid-file={folder}/nghttpx.pid", *large, *tls], front, port, folder)


@dataclasses.dataclass(frozen=True)
class Nginx:
    name: str = "nginx"
    needs: str = "nginx"

    def start(self, front, backend, folder):
        port = free_port()
        words = (" ssl" if front.tls else "") + (" http2" if front.client == "h2" else "")
        forward = "grpc_pass grpc://servers;" if front.backend != "h1" else (
            'proxy_pass http://servers; proxy_http_version 1.1; proxy_set_header Connection "";')
        large = ("grpc_buffer_size 256k; http2_chunk_size 64k; http2_body_preread_size 1m; client_body_buffer_size 8m;"
                 if front.large else "")
        config = write(folder, "nginx.conf", f"""
{nginx_basics(folder, "nginx")}
http {{
  access_log off;
  keepalive_requests {FOREVER};
  keepalive_timeout 120s;
  http2_max_concurrent_streams {MOST_STREAMS};
  client_max_body_size 0;
  {large}
  proxy_max_temp_file_size 0;
  {nginx_folders(folder, "nginx")}
  ssl_certificate {folder}/certificate.pem;
  ssl_certificate_key {folder}/key.pem;
  ssl_protocols TLSv1.2 TLSv1.3;
  upstream servers {{
    server 127.0.0.1:{backend.port};
    keepalive 512;
    keepalive_requests {FOREVER};
  }}
  server {{
    listen 127.0.0.1:{port}{words} backlog=4096;
    location / {{ {forward} }}
  }}
}}
""")
        return started(self, ["nginx", "-c", config], front, port, folder)


def nginx_basics(folder, name):
    """One process, this one's child; also the HTTP/1.1 backend's."""
    return f"""daemon off;
master_process off;
pid {folder}/{name}.pid;
error_log {folder}/{name}.error.log crit;
events {{ worker_connections {MOST_CONNECTIONS}; }}"""


def nginx_folders(folder, name):
    """Where nginx may write, as the system's folders belong to its own service."""
    return "\n  ".join(f"{part}_temp_path {folder}/{name}-{part};"
                       for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))


@dataclasses.dataclass(frozen=True)
class Spillway:
    """`spillwayctl run`; the options are what it is compared with itself by."""
    name: str = "spillway"
    needs: str = "spillwayctl"
    workers: int = 1
    access_log: bool = True
    rules: int = 0  # path rules, of which the last one matches
    targets: int = 1  # addresses of the same backend
    swaps: int = 0  # new configurations per second, for whoever measures

    def start(self, front, backend, folder):
        stem = re.sub(r"\W+", "-", self.name)
        file = write(folder, f"{stem}.spillway.json", json.dumps(self.document(front, backend.port, folder)))
        command = [program("spillwayctl"), "run", file, "--workers", self.workers, "--data", f"{folder}/{stem}.data"]
        if self.access_log:
            command += ["--access-log", f"{folder}/{stem}.access.log"]
        process = Process(command, None, folder, stem)
        wait_until(lambda: process.is_over() or '"ready"' in process.said(), f"{process.log}: no word of readiness")
        if process.is_over():
            raise RuntimeError(f"spillwayctl ended:\n{process.said()}")
        ready = json.loads(next(line for line in process.said().splitlines() if line.startswith("{")))
        port = int(ready["listeners"][0]["address"].rsplit(":", 1)[1])
        return Peer(self, process, front, port, file)

    def document(self, front, backend_port, folder):
        forward = [{"type": "forward", "targetGroup": "servers"}]
        listener = {"protocol": "HTTP", "port": 0, "defaultActions": forward, "rules": [
            {"priority": number, "actions": forward, "conditions": [
                {"field": "path-pattern", "values": ["/*" if number == self.rules else f"/service{number}/*"]}]}
            for number in range(1, self.rules + 1)]}
        if front.tls:
            listener |= {"protocol": "HTTPS", "certificates": [{
                "source": "files", "certificateFile": f"{folder}/certificate.pem",
                "privateKeyFile": f"{folder}/key.pem"}]}
        return {
            "version": 1,
            "loadBalancers": [{
                "name": "bench",
                "limits": {"connections": MOST_CONNECTIONS, "concurrentStreams": MOST_STREAMS},
                "beyondAlb": {"plaintextHttp2": True, "unlimitedRequestsPerConnection": True},
                "listeners": [listener],
            }],
            "targetGroups": [{
                "name": "servers", "protocol": "HTTP", "port": backend_port,
                "protocolVersion": {"grpc": "GRPC", "h2": "HTTP2", "h1": "HTTP1"}[front.backend],
                "matcher": {"grpcCode": "0-99"} if front.backend == "grpc" else {"httpCode": "200-499"},
                "targets": [{"id": f"127.0.{index // 250}.{index % 250 + 1}", "port": backend_port}
                            for index in range(self.targets)],
            }],
        }


PEERS = (HaProxy(), NgHttpx(), Nginx(), Spillway())


def started(contender, command, front, port, folder):
    process = Process(command, port, folder, contender.name)
    process.await_port()
    return Peer(contender, process, front, port)


def is_installed(contender):
    return shutil.which(contender.needs) or shutil.which(program(contender.needs))


def write(folder, name, text):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as out:
        out.write(text)
    return path


def certificate(folder):
    """Certificate and key in one file, as haproxy wants them."""
    parts = []
    for name in ("certificate.pem", "key.pem"):
        with open(os.path.join(folder, name), encoding="ascii") as file:
            parts.append(file.read())
    return write(folder, "both.pem", "".join(parts))
