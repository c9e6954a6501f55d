import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** The path of nginx on this machine, or `undefined`; an error where a missing one must not be skipped. */
export function findNginx(): string | undefined {
  try {
    return execFileSync('/bin/sh', ['-c', 'command -v nginx'], { encoding: 'utf8' }).trim() || undefined;
  } catch {
    if (process.env['ROOKERY_REQUIRE_ENGINES'] === '1') throw new Error('nginx is not installed.');
    process.stderr.write('Skipped: what needs nginx, which is not installed.\n');
    return undefined;
  }
}

/** A sidecar that routes by `Host`, tries the next instance of a service, and has a readiness URL. */
function sidecar(port: number, services: Readonly<Record<string, readonly number[]>>): string {
  const routes = Object.entries(services).map(
    ([name, ports], index) => `
  upstream service_${index} {
    ${ports.map((upstream) => `server 127.0.0.1:${upstream} max_fails=0;`).join('\n    ')}
    keepalive 8;
  }
  server {
    listen 127.0.0.1:${port};
    server_name ${name};
    location / {
      proxy_pass http://service_${index};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
      proxy_next_upstream error timeout http_503 non_idempotent;
    }
  }`,
  );
  return `
  server {
    listen 127.0.0.1:${port} default_server;
    location = /healthz/ready { return 200; }
    location / { return 503 "no healthy upstream"; }
  }
  ${routes.join('\n')}`;
}

function configOf(directory: string, servers: string): string {
  const temp = ['client_body', 'proxy', 'fastcgi', 'uwsgi', 'scgi'];
  return `
daemon off;
worker_processes 1;
pid ${directory}/pid;
error_log stderr crit;
events { worker_connections 64; }
http {
  access_log off;
  server_names_hash_bucket_size 128;
  ${temp.map((kind) => `${kind}_temp_path ${directory}/${kind};`).join('\n  ')}
  ${servers}
}
`;
}

/** Starts nginx as the sidecar on a port. Resolves with how to stop it, which leaves nothing behind. */
export function startNginx(
  nginx: string,
  port: number,
  services: Readonly<Record<string, readonly number[]>>,
): () => Promise<void> {
  return runNginx(nginx, () => sidecar(port, services));
}

/** Runs nginx with the servers that are described, given a directory for their files. */
export function runNginx(nginx: string, servers: (directory: string) => string): () => Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'rookery-mesh-'));
  const config = join(directory, 'nginx.conf');
  writeFileSync(config, configOf(directory, servers(directory)));
  const child = spawn(nginx, ['-p', directory, '-e', 'stderr', '-c', config], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  return async () => {
    child.kill('SIGTERM');
    await ended;
    rmSync(directory, { recursive: true });
  };
}
