import { isIP } from 'node:net';

/** Connection options of an outgoing SMTP relay, as nodemailer takes them. */
export interface Relay {
  host: string;
  port: number;
  secure: boolean;
  ignoreTLS: boolean;
  requireTLS: boolean;
  auth: { user: string; pass: string } | null;
  tls: { rejectUnauthorized: boolean };
}

const isLoopback = (host: string) => host === 'localhost' || host === '::1' || (isIP(host) === 4 && host.startsWith('127.'));

/**
 * Reads an SMTP_URL. `smtps:` verifies the certificate; `smtp:` encrypts when the server offers it, as between mail servers, without
 * verifying (`?requireTLS=true` demands both); on loopback it does not encrypt.
 */
export function readRelay(address: string): Relay {
  const url = new URL(address);
  const secure = url.protocol === 'smtps:';
  const requireTLS = url.searchParams.get('requireTLS') === 'true';
  const host = url.hostname.replace(/^\[|\]$/g, '');
  return {
    host,
    port: Number(url.port || (secure ? 465 : 25)),
    secure,
    ignoreTLS: !secure && !requireTLS && isLoopback(host),
    requireTLS,
    auth: url.username ? { user: decodeURIComponent(url.username), pass: decodeURIComponent(url.password) } : null,
    tls: { rejectUnauthorized: secure || requireTLS },
  };
}
