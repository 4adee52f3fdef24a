import type { BounceReason } from './normalised-mail.js';

/** Wordings of mail servers, most telling first. Matched against lower-case text of at most 4 kB. */
const WORDINGS: [BounceReason, RegExp][] = [
  [
    'mailboxfull',
    /mailbox (?:is )?(?:full|exceed)|(?:over|exceed\w*|out of)[ -]?(?:the )?(?:\w+ ){0,3}(?:quota|storage|space|mailbox size)|quota (?:is )?(?:exceed|full)|mail ?box size limit|not enough (?:storage|disk) space|insufficient (?:system )?storage|inbox is full|too much mail data/,
  ],
  ['hasmoved', /has moved|no longer (?:at|with|works)|address (?:has )?changed|no forwarding address|new address is/],
  [
    'suspend',
    /(?:account|mailbox|user|address) (?:has been |is |was |currently )?(?:temporarily )?(?:disabled|suspended|inactive|deactivated|locked|blocked)|mailbox unavailable or access denied|account (?:that you tried to reach )?is disabled/,
  ],
  [
    'userunknown',
    /user[ -]?(?:unknown|not found|doesn'?t exist|is unknown)|unknown (?:user|recipient|account|mailbox|address|local part)|no such (?:user|recipient|mailbox|account|address|person)|(?:address|recipient|user|account|mailbox|email)[^.\n]{0,60}(?:does not exist|doesn'?t exist|not exist|not found|could ?n[o']t be found|is not (?:known|recogni[sz]ed|listed|a valid)|unknown)|nosuchuser|no mailbox here|invalid (?:recipient|mailbox|user|address)|recipient not (?:found|known)|not our customer|unroutable address|undeliverable address|name is not recogni[sz]ed|mailbox (?:unavailable|not available)|not listed in|recipnotfound|address rejected: undeliverable/,
  ],
  [
    'hostunknown',
    /host (?:unknown|not found|or domain name not found)|unknown host|domain (?:name )?(?:does not exist|not found|unknown)|name service error|no such domain|(?:un)?routeable address|unrouteable|nxdomain|bad destination (?:host|system)|domain .{1,80} (?:couldn't|could not) be found|no mx|not a valid domain/,
  ],
  [
    'mesgtoobig',
    /(?:message|mail) (?:size )?(?:is )?too (?:big|large)|(?:message|mail) size exceeds|exceeds? (?:the )?(?:maximum|fixed|size|message)|size limit exceeded/,
  ],
  ['virusdetected', /virus|malware|infected/],
  [
    'norelaying',
    /relay(?:ing)? (?:access )?(?:denied|not (?:permitted|allowed)|prohibited)|insecure mail relay|not configured to relay|unable to relay|we do not relay|relaying denied/,
  ],
  ['spamdetected', /spam(?!haus)|unsolicited|bulk mail|blacklisted url|content (?:filter|rejected)|looks like (?:junk|uce)/],
  [
    'blocked',
    /block(?:ed|list)|black ?list|rbl|spamhaus|reputation|(?:ip|client|host)[^.\n]{0,40}(?:rejected|denied|refused)|access denied|no ptr|reverse dns|banned/,
  ],
  ['policyviolation', /policy|dmarc|spf|dkim|not authori[sz]ed|authentication required|prohibited|too many connections/],
  [
    'expired',
    /expired|retry time ?out|(?:been|was) in the queue too long|too old|time-?out (?:exceeded|has been)|could not be delivered (?:for|within)|delivery (?:time|has been) .{0,20}exceeded|unable to deliver in/,
  ],
  [
    'networkerror',
    /connection (?:timed out|refused|reset|lost|dropped)|no route to host|network (?:is )?unreachable|timed out|name server: .*: host|dns (?:error|failure|lookup)|loop(?:s back|ing| detected)|too many hops|hop count exceeded/,
  ],
  ['contenterror', /media error|conversion|8-?bit|invalid (?:mime|header)|malformed|not rfc/],
  [
    'systemerror',
    /system error|local (?:error|configuration)|internal (?:server )?error|i\/o error|mailer error|can'?t create|service (?:unavailable|not available)|disk/,
  ],
];

/** RFC 3463 detail codes that say more than their class. */
const BY_STATUS: [RegExp, BounceReason][] = [
  [/^\d\.1\.(?:0|1|3|10)$/, 'userunknown'],
  [/^\d\.1\.2$/, 'hostunknown'],
  [/^\d\.1\.6$/, 'hasmoved'],
  [/^\d\.2\.1$/, 'suspend'],
  [/^\d\.2\.2$/, 'mailboxfull'],
  [/^\d\.(?:2\.3|3\.4)$/, 'mesgtoobig'],
  [/^\d\.4\.7$/, 'expired'],
  [/^\d\.4\./, 'networkerror'],
  [/^\d\.3\./, 'systemerror'],
  [/^\d\.6\./, 'contenterror'],
  [/^\d\.7\./, 'policyviolation'],
];

const STATUS_OF: Partial<Record<BounceReason, string>> = {
  userunknown: '5.1.1',
  hostunknown: '5.1.2',
  hasmoved: '5.1.6',
  mailboxfull: '5.2.2',
  suspend: '5.2.1',
  mesgtoobig: '5.3.4',
  expired: '4.4.7',
  networkerror: '4.4.1',
  norelaying: '5.7.1',
  spamdetected: '5.7.1',
  blocked: '5.7.1',
  policyviolation: '5.7.1',
};

/** Addresses that are gone; everything else may work again tomorrow. */
const HARD = new Set<BounceReason>(['userunknown', 'hostunknown', 'hasmoved']);

/** The cause a server names, from its wording, else from its status code. */
export function reasonOf(text: string, status: string | null): BounceReason {
  const lower = text.slice(0, 4096).toLowerCase().replace(/\s+/g, ' ');
  for (const [reason, pattern] of WORDINGS) if (pattern.test(lower)) return reason;
  if (status !== null) for (const [pattern, reason] of BY_STATUS) if (pattern.test(status)) return reason;
  return 'undefined';
}

/** True when the address must not be written to again. A temporary code (4.x) is never hard. */
export function isHard(reason: BounceReason, status: string | null): boolean {
  return HARD.has(reason) && !(status?.startsWith('4.') ?? false);
}

/** Enhanced status codes (RFC 3463) in a text, in order. Four-part numbers are IP addresses or versions, not codes. */
export function statusCodes(text: string): string[] {
  const codes: string[] = [];
  for (const found of text.slice(0, 65_536).matchAll(/(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d]|\.\d)/g)) codes.push(found[1] as string);
  return codes;
}

/** A code for a failure that names none: from the wording, else the class of its SMTP reply. */
export function impliedStatus(text: string, reason: BounceReason): string | null {
  const implied = STATUS_OF[reason];
  const reply = /(?<![\d.])([45])\d\d(?:[ -]|$)/m.exec(text)?.[1];
  if (implied !== undefined) return reply === undefined || implied.startsWith(reply) ? implied : `${reply}${implied.slice(1)}`;
  return reply === undefined ? null : `${reply}.0.0`;
}
