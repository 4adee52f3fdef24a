import { lookup as dnsLookup } from 'node:dns';
import { request as httpRequest, type IncomingMessage, type RequestOptions } from 'node:http';
import { request as httpsRequest } from 'node:https';
import { BlockList, isIP, type LookupFunction } from 'node:net';

const TIMEOUT_MS = 5_000;
const MAX_BYTES = 5 * 1024 * 1024;

/** Loopback, private, link-local, multicast and otherwise special addresses (RFC 6890); IPv4-mapped IPv6 is unwrapped first. */
const blocked = new BlockList();
for (const [net, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 4],
  ['240.0.0.0', 4],
] as const)
  blocked.addSubnet(net, bits, 'ipv4');
for (const [net, bits] of [
  ['::', 128],
  ['::1', 128],
  ['64:ff9b::', 96],
  ['100::', 64],
  ['2001:db8::', 32],
  ['fc00::', 7],
  ['fe80::', 10],
  ['ff00::', 8],
] as const) {
  blocked.addSubnet(net, bits, 'ipv6');
}

export function isPublicAddress(address: string): boolean {
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(address)?.[1];
  if (mapped) return isPublicAddress(mapped);
  const family = isIP(address);
  if (family === 0 || /^::ffff:/i.test(address)) return false;
  return !blocked.check(address, family === 4 ? 'ipv4' : 'ipv6');
}

/** Resolves and checks in one step, so that the address that was checked is the one connected to (no DNS rebinding). */
const publicLookup: LookupFunction = (host, options, callback) => {
  dnsLookup(host, { ...options, all: true }, (error, found) => {
    if (error) return callback(error, '', 0);
    const bad = found.find(({ address }) => !isPublicAddress(address));
    const first = found[0];
    if (bad || !first) return callback(Object.assign(new Error('target not allowed'), { code: 'EBLOCKED' }), '', 0);
    if (options.all) return (callback as (e: null, list: typeof found) => void)(null, found);
    return callback(null, first.address, first.family);
  });
};

export interface EgressAnswer {
  status: number;
  contentType: string;
  bytes: Buffer;
}

/**
 * The one way to an address somebody typed or sent: http(s) only, no redirects followed, 5 s, 5 MB, and no private target unless
 * ALLOW_PRIVATE_TARGETS is on. Rejects with an error whose text tells nothing about the inside of the network.
 */
export function egress(
  url: string,
  options: { allowPrivate: boolean; method?: 'GET' | 'POST'; headers?: Record<string, string>; body?: string },
): Promise<EgressAnswer> {
  return new Promise((resolve, reject) => {
    const target = new URL(url);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const fail = () => reject(new Error('the address could not be reached'));
    if (!['http:', 'https:'].includes(target.protocol)) return fail();
    if (!options.allowPrivate && isIP(host) !== 0 && !isPublicAddress(host)) return fail();
    const settings: RequestOptions = {
      method: options.method ?? 'GET',
      headers: options.headers,
      timeout: TIMEOUT_MS,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(!options.allowPrivate && { lookup: publicLookup }),
    };
    const request = (target.protocol === 'https:' ? httpsRequest : httpRequest)(target, settings, (response: IncomingMessage) => {
      const parts: Buffer[] = [];
      let size = 0;
      response.on('data', (chunk: Buffer) => {
        size += chunk.length;
        if (size > MAX_BYTES) response.destroy(new Error('too large'));
        else parts.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () =>
        resolve({ status: response.statusCode ?? 0, contentType: response.headers['content-type'] ?? '', bytes: Buffer.concat(parts) }),
      );
    });
    request.on('error', fail);
    request.on('timeout', () => request.destroy());
    request.end(options.body);
  });
}
