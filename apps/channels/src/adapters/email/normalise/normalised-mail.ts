/** A mailbox of an address header. Both strings may be empty: `Undisclosed` has no address, most addresses no name. */
export interface MailAddress {
  address: string;
  name: string;
}

/** A file of the mail. `content` owns its memory (never a view of a shared pool), so it can be moved between threads. */
export interface MailAttachment {
  /** Display name only, never a path to store under. Made up (`attachment-2.pdf`) when the part has none. */
  filename: string;
  /** As declared, lower case, without parameters. Not to be trusted for serving. */
  contentType: string;
  /** Bytes after transfer decoding. */
  size: number;
  /** Hex digest of the decoded bytes. */
  sha256: string;
  /** Declared inline, or referred to from the HTML by `cid:`. */
  inline: boolean;
  contentId: string | null;
  /** Name of the winmail.dat (RFC-less Microsoft TNEF) this file was unpacked from, else null. */
  unpackedFrom: string | null;
  content: Uint8Array;
}

/** Why a mail is not a person's word. `isAutomatic` means: nothing automatic may answer it (RFC 3834 section 2). */
export interface AutomaticVerdict {
  isAutomatic: boolean;
  /** A vacation notice or another machine's answer to a mail of ours. */
  isAutoReply: boolean;
  /** A non-delivery report: a mail of ours did not arrive. */
  isBounce: boolean;
  /** An abuse complaint (ARF, RFC 5965). */
  isFeedbackReport: boolean;
  /** Stable codes, such as `header:auto-submitted`, for the log and for the note shown to agents. */
  reasons: string[];
}

/** One address a mail of ours did not reach. */
export interface BounceRecipient {
  recipient: string | null;
  /** Enhanced status code (RFC 3463), such as `5.1.1`; derived from an SMTP reply or from the wording when none is given. */
  status: string | null;
  /** True: the address itself is dead and must not be written to again. False: a later try may succeed. */
  hard: boolean;
  reason: BounceReason;
}

/** A coarse cause, for people and statistics; what counts is `hard`. */
export type BounceReason =
  | 'userunknown'
  | 'hostunknown'
  | 'hasmoved'
  | 'mailboxfull'
  | 'suspend'
  | 'mesgtoobig'
  | 'blocked'
  | 'spamdetected'
  | 'virusdetected'
  | 'norelaying'
  | 'contenterror'
  | 'policyviolation'
  | 'expired'
  | 'networkerror'
  | 'systemerror'
  | 'undefined';

/** What a non-delivery report says. The fields of the first failed recipient, and all of them in `all`. */
export interface MailBounce extends BounceRecipient {
  /** `delayed`: only a warning, the other server still tries (RFC 3464 section 2.3.3); nothing is lost yet. */
  action: 'failed' | 'delayed';
  /** Message-ID of the mail that did not arrive, when the report carries its headers. */
  originalMessageId: string | null;
  all: BounceRecipient[];
}

/** The parser gave up; the mail is still shown, with the original attached. */
export interface Unreadable {
  code: 'parse_timeout' | 'parse_memory' | 'parse_failed';
  /** For the log and the "unreadable" note; holds no content of the mail. */
  detail: string;
}

/**
 * What the e-mail channel makes of the raw bytes of one mail. Plain data (structured clone). No string in it holds
 * U+0000 or a lone surrogate, so every field fits a PostgreSQL text column.
 */
export interface NormalisedMail {
  subject: string;
  from: MailAddress | null;
  replyTo: MailAddress[];
  to: MailAddress[];
  cc: MailAddress[];
  /** Ids stand without `<>`; none is ever an empty string (empty ids must never match, D-23). */
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  /** UTC, ISO 8601. Null when the header is missing or no date. */
  date: string | null;
  /** The whole text, quotes and signature included; derived from the HTML when there is no text part. */
  text: string;
  /** Sanitised: safe to show in a sandboxed frame, loads nothing from the network. Null when there is no HTML. */
  html: string | null;
  /** `text` without quoted history and signature; the rest is folded away in the UI, never lost. */
  visibleText: string;
  /** Quoted history was found (text or HTML). */
  hasQuote: boolean;
  attachments: MailAttachment[];
  automatic: AutomaticVerdict;
  bounce: MailBounce | null;
  /** Somebody else's mail is forwarded in this one. */
  hasForward: boolean;
  /** Values of Authentication-Results (RFC 8601), top first. Only those added by our own MX are to be trusted. */
  authenticationResults: string[];
  /** Declared charset of the first text part, lower case. */
  charset: string | null;
  /** Subject without reply and forward prefixes and [tags], lower case. For hints only: never thread by it (D-24). */
  normalisedSubject: string;
  unreadable: Unreadable | null;
  /** Stable codes of what had to be repaired or left out, such as `too_many_parts`. */
  warnings: string[];
}

/** The part of a mail that can be read from its header block alone. */
export interface HeaderScan {
  messageId: string | null;
  inReplyTo: string | null;
  references: string[];
  /** The mail that opened the thread: oldest reference, else the mail answered, else the mail itself. */
  threadRoot: string | null;
  subject: string;
  from: MailAddress | null;
}
