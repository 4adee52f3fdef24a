const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

/** Zone names of RFC 5322 section 4.3 and those mailers write; minutes east of UTC. Others count as UTC, as the RFC says. */
const ZONES = new Map(
  Object.entries({
    est: -300,
    edt: -240,
    cst: -360,
    cdt: -300,
    mst: -420,
    mdt: -360,
    pst: -480,
    pdt: -420,
    cet: 60,
    cest: 120,
    met: 60,
    mest: 120,
    eet: 120,
    eest: 180,
    bst: 60,
    msk: 180,
    jst: 540,
    kst: 540,
    ist: 330,
  }),
);

const DATE =
  /(\d{1,2})[\s-]+([a-z]{3})[a-z]*[\s.,-]+(\d{2,4})[\s,]+(\d{1,2})[:.](\d{1,2})(?:[:.](\d{1,2}))?(?:\.\d{1,9})?\s*(am|pm)?\s*(?:gmt|utc?)?\s*([+-]\s?\d{1,2}:?\d{2}|[a-z]{1,5})?/i;

function zoneMinutes(zone: string): number {
  const numeric = /^([+-])\s?(\d{1,2}):?(\d{2})$/.exec(zone);
  if (numeric) return (numeric[1] === '-' ? -1 : 1) * (Number(numeric[2]) * 60 + Number(numeric[3]));
  return ZONES.get(zone.toLowerCase()) ?? 0;
}

function toIso(ms: number): string | null {
  const date = new Date(ms);
  const year = date.getUTCFullYear();
  return Number.isNaN(year) || year < 1900 || year > 9999 ? null : date.toISOString().replace('.000Z', 'Z');
}

/**
 * A Date header as ISO 8601 in UTC, or null when it is none. RFC 5322 section 3.3 with the obsolete forms of 4.3
 * (two-digit years, zone names, missing seconds) and comments; anything else is tried as ISO.
 */
export function parseMailDate(raw: string | null): string | null {
  if (raw === null) return null;
  const text = raw
    .slice(0, 200)
    .replace(/\([^()]*\)/g, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  const found = DATE.exec(text);
  if (!found) {
    return /\d{4}/.test(text) ? toIso(Date.parse(/[zZ]$|[+-]\d\d:?\d\d$|gmt|utc/i.test(text) ? text : `${text} UTC`)) : null;
  }
  const month = MONTHS.indexOf((found[2] as string).toLowerCase());
  if (month < 0) return null;
  let year = Number(found[3]);
  if (year < 100) year += year < 50 ? 2000 : 1900;
  else if (year < 1000) year += 1900;
  let hour = Number(found[4]);
  if (found[7]) hour = (hour % 12) + (found[7].toLowerCase() === 'pm' ? 12 : 0);
  const [day, minute, second] = [Number(found[1]), Number(found[5]), Number(found[6] ?? 0)];
  if (day < 1 || day > 31 || hour > 24 || minute > 59 || second > 60) return null;
  return toIso(Date.UTC(year, month, day, hour, minute, second) - zoneMinutes(found[8] ?? '+0000') * 60_000);
}
