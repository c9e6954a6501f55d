import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Issued } from './authority.js';
import { runNginx } from './nginx.js';

/** Who a sidecar is, and whose word counts for it. */
export interface Credentials {
  readonly issued: Issued;
  readonly bundle: string;
}

function writeFiles(directory: string, { issued, bundle }: Credentials): void {
  const files = { 'cert.pem': issued.certificate, 'key.pem': issued.key, 'bundle.pem': bundle };
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(directory, name), content, { mode: 0o600 });
  }
}

/** The sidecar beside a caller: takes plain HTTP, and sends it with the caller's certificate to the other sidecar. */
export function startOutbound(
  nginx: string,
  credentials: Credentials,
  { port, inbound, name }: { readonly port: number; readonly inbound: number; readonly name: string },
): () => Promise<void> {
  return runNginx(nginx, (directory) => {
    writeFiles(directory, credentials);
    return `
  server {
    listen 127.0.0.1:${port};
    location = /healthz/ready { return 200; }
    location / {
      proxy_pass https://127.0.0.1:${inbound};
      proxy_http_version 1.1;
      proxy_set_header Host $http_host;
      proxy_ssl_certificate ${directory}/cert.pem;
      proxy_ssl_certificate_key ${directory}/key.pem;
      proxy_ssl_trusted_certificate ${directory}/bundle.pem;
      proxy_ssl_verify on;
      proxy_ssl_session_reuse off;
      proxy_ssl_name ${name};
    }
  }`;
  });
}

/** The sidecar beside a service: takes callers with one of the certificates that it knows, by their common name. */
export function startInbound(
  nginx: string,
  credentials: Credentials,
  { port, app, caller }: { readonly port: number; readonly app: number; readonly caller: string },
): () => Promise<void> {
  return runNginx(nginx, (directory) => {
    writeFiles(directory, credentials);
    return `
  server {
    listen 127.0.0.1:${port} ssl;
    ssl_certificate ${directory}/cert.pem;
    ssl_certificate_key ${directory}/key.pem;
    ssl_client_certificate ${directory}/bundle.pem;
    ssl_verify_client on;
    location / {
      if ($ssl_client_s_dn != "CN=${caller}") { return 403 "wrong id"; }
      proxy_pass http://127.0.0.1:${app};
      proxy_http_version 1.1;
      proxy_set_header Connection "";
      proxy_set_header Host $http_host;
    }
  }`;
  });
}
