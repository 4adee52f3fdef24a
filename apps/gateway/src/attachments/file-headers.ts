/** Types that a browser may show; everything else is a download of unknown bytes, whatever its sender called it. */
const SHOWN = new Set(['image/png', 'image/jpeg', 'image/gif', 'image/webp']);
const DOWNLOADED = new Set([
  'application/pdf',
  'application/zip',
  'text/plain',
  'text/csv',
  'audio/mpeg',
  'audio/wav',
  'video/mp4',
  'message/rfc822',
  'application/msword',
  'application/vnd.openxmlformats-officedocument.wordprocessingml.document',
  'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
]);

export function servedType(declared: string): string {
  const type = declared.split(';')[0]?.trim().toLowerCase() ?? '';
  return SHOWN.has(type) || DOWNLOADED.has(type) ? type : 'application/octet-stream';
}

/** A name to show: no path, no control, format or direction characters, at most 200 characters. */
export function displayName(name: string): string {
  const clean = name
    .normalize('NFKC')
    .replaceAll(/[\p{Cc}\p{Cf}\p{Cs}]/gu, '')
    .replaceAll(/[\\/]/g, '_')
    .trim();
  return clean.slice(0, 200) || 'file';
}

/** RFC 6266 with an RFC 8187 name beside the plain one. */
export function contentDisposition(filename: string, type: string): string {
  const name = displayName(filename);
  const plain = name.replaceAll(/[^\x20-\x7e]|["%\\]/g, '_');
  const encoded = encodeURIComponent(name).replaceAll(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`);
  return `${SHOWN.has(type) ? 'inline' : 'attachment'}; filename="${plain}"; filename*=UTF-8''${encoded}`;
}
