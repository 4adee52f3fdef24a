import { impliedStatus, isHard, reasonOf, statusCodes } from './bounce-reason.js';
import { decodeHeaderText, firstRaw, type HeaderField } from './header-block.js';
import type { BounceRecipient, MailAddress } from './normalised-mail.js';

/** Where the report ends and the returned mail begins. */
const COPY_MARKER =
  /^(?:[-=*_> ]*(?:below this line is a copy|this is a copy of (?:the|your) message|enclosed is a copy|included is a copy|message headers? follow|(?:unsent|original|returned|undelivered) message(?: follows| headers?| text)?|(?:the )?headers? of the (?:original )?message|original message(?: headers?)?|contents of the undelivered mail|message (?:header|text) follows|a copy of (?:the|your) (?:original )?message|ursprüngliche nachricht|texto del mensaje|message d'origine)[^\n]{0,80}|(?:return-path|received): .*)$/im;

const DAEMON_SENDER =
  /^(?:mailer[-_.]?daemon|mail[-_.]?daemon|postmaster|mdaemon|bounces?|mail[-_.]?delivery[-_.]?(?:sub)?system|mailsystem|mail-?system|mmdf|smtp|uucp)$/i;
const DAEMON_NAME =
  /mail(?:er)?[- ]?(?:delivery|deliver|daemon|transport|administrator)|delivery (?:sub)?system|postmaster|mail system|system administrator|mail service|systemadministrator|administrateur système/i;

const BOUNCE_SUBJECT =
  /^\W{0,4}(?:(?:e?-?mail )?(?:delivery|mail delivery|message delivery)\b.{0,40}(?:fail|notif|error|problem|status|unsuccess|delay|warning|report)|delivery (?:has )?(?:failed|failure|delayed|incomplete)|failure notice|failed delivery|failed mail|failed to deliver|(?:mail|message) (?:delivery )?(?:failure|failed|status report)|mail (?:could not|not) (?:be )?deliver|undeliver(?:able|ed)|non[- ]?deliver(?:y|able)|unable to deliver|returned (?:to sender|mail|e-?mail)|return(?:ed)? mail|rejected mail|error sending|nondeliverable|your (?:message|mail|e-?mail) .{0,60}(?:could not|couldn't|was not|not) (?:be )?deliver|email delivery (?:error|failure)|warning: (?:could not send|message)|delayed mail|message (?:status|delayed|not delivered|undeliverable)|dsn:|status of your message|nicht zustell|unzustellbar|unzustellbarkeits|fehlgeschlagen|mail delivery|undelivery|no se (?:ha podido|puede) entregar|non remis|échec de (?:la )?remise|message non distribu|niet (?:af)?lever|onbestelbaar|mancata consegna|impossibile recapitare|недоставлен|не доставлен|未送達|配信不能|送信エラー|退信|系统退信|배달 실패|mail failure|mail system error|there was an error sending|(?:mail|message) (?:could not|couldn't) be (?:sent|delivered)|delivery to .{1,80} failed|cannot deliver|auto-?matically rejected|problem delivering)/i;

const BOUNCE_BODY =
  /could not be delivered|couldn't be delivered|was not delivered|wasn'?t (?:able to )?deliver|not able to deliver|unable to (?:be )?deliver|cannot (?:be )?deliver|undeliverable|delivery (?:to the following|failed|has failed|failure|has been delayed|status notification)|failed (?:permanently|recipients)|following address(?:es)?(?:\(es\))? (?:failed|had)|did not reach|error (?:occurred while trying to deliver|delivering)|returned mail|delivery error|permanent (?:fatal )?error|transcript of session|not deliver|has been delayed|konnte nicht zugestellt|не может быть доставлен|n'a pas pu être (?:remis|distribu)|no se pudo entregar|kunde inte levereras|配信できません|mail loop|error has occurred while attempting to deliver|(?:could not|couldn't|cannot) (?:be )?(?:sent|deliver)|rejected by (?:a|the) (?:remote|recipient)|not listed in|user unknown|unknown user|trouble delivering|mailbox is full|over quota|delivery problems|送信できません|エラー/i;

const ADDRESS = '[^\\s<>()\\[\\]",;:]{1,64}@[a-z0-9](?:[a-z0-9.-]{0,250}[a-z0-9])?';

/** Ways programs name the address that failed, strongest first. */
const RECIPIENT_FORMS = [
  `^\\s*(?:final|original)-recipient:\\s*(?:rfc822|utf-8)?;?\\s*<?(${ADDRESS})>?`,
  `^\\s*(?:[*•-]\\s*)?<(${ADDRESS})>\\s*(?::|\\.\\.\\.|$|\\()`,
  `^\\s*"(${ADDRESS})":`,
  `^\\s*(?:5\\d\\d|4\\d\\d)[ -](?:[245]\\.\\d+\\.\\d+ )?<(${ADDRESS})>`,
  `(?:deliver(?:ing|ed|y)?(?: of)?(?: your| the)?(?: e?-?mail| message)? to|undeliverable to|not delivered to|message to|recipient:?|failed for|user:?|addressed to|sent to)\\s*:?\\s*[<"']?(${ADDRESS})`,
  `^\\s*(?:[*•-]\\s*)?(${ADDRESS})\\s*(?:$|\\[|\\(|:|on \\w{3},|[-–])`,
  `^\\s*to:\\s*<?(${ADDRESS})>?`,
  `<(${ADDRESS})>`,
  `\\b(${ADDRESS})`,
].map((source) => new RegExp(source, 'gim'));

export interface BounceClues {
  fields: HeaderField[];
  from: MailAddress | null;
  to: MailAddress[];
  subject: string;
  text: string;
}

function failedRecipientHeader(fields: HeaderField[]): string[] {
  const raw = firstRaw(fields, 'x-failed-recipients') ?? firstRaw(fields, 'x-bounced-address') ?? '';
  return [...raw.matchAll(new RegExp(`(${ADDRESS})`, 'gi'))].slice(0, 100).map((m) => m[1] as string);
}

/** True when a mail without a DSN part is a bounce all the same: two independent signs are needed, one can be chance. */
export function looksLikeBounce(clues: BounceClues): boolean {
  if (failedRecipientHeader(clues.fields).length > 0) return true;
  const local = clues.from?.address.split('@')[0] ?? '';
  const rawFrom = decodeHeaderText(firstRaw(clues.fields, 'from')?.slice(0, 500) ?? '', null);
  const isDaemon = DAEMON_SENDER.test(local) || DAEMON_NAME.test(rawFrom) || /<\s*>/.test(rawFrom);
  const isNullPath = /^\s*<\s*>/.test(firstRaw(clues.fields, 'return-path') ?? '');
  const hasSubject = BOUNCE_SUBJECT.test(clues.subject);
  const hasBody = BOUNCE_BODY.test(clues.text.slice(0, 4096));
  if (isDaemon) return hasSubject || hasBody;
  return (
    hasSubject &&
    hasBody &&
    (isNullPath || clues.from === null || clues.from.address === '' || firstRaw(clues.fields, 'auto-submitted') !== null)
  );
}

/** The part of the text that is the report, without the copy of the returned mail. */
export function reportText(text: string): string {
  const cut = text.slice(0, 65_536);
  const marker = COPY_MARKER.exec(cut);
  return marker === null || marker.index < 20 ? cut : cut.slice(0, marker.index);
}

/** Addresses the report names as failed, in order, with where each is named first. */
function findRecipients(report: string, clues: BounceClues): { address: string; at: number }[] {
  const ours = new Set([...clues.to, ...(clues.from ? [clues.from] : [])].map((a) => a.address.toLowerCase()));
  for (const form of RECIPIENT_FORMS) {
    const found = new Map<string, { address: string; at: number }>();
    for (const match of report.matchAll(form)) {
      const address = (match[1] as string).replace(/[.'>]+$/, '');
      const key = address.toLowerCase();
      if (!ours.has(key) && !found.has(key) && !/^(?:postmaster|mailer-daemon)@/i.test(address))
        found.set(key, { address, at: match.index });
      if (found.size >= 100) break;
    }
    if (found.size > 0) return [...found.values()];
  }
  return [];
}

/** The failed recipients of a bounce in prose: qmail, exim, Exchange, Notes, Postfix, webmail services and their like. */
export function readBounceText(clues: BounceClues): BounceRecipient[] {
  const report = reportText(clues.text);
  const named = failedRecipientHeader(clues.fields);
  const inText = findRecipients(report, clues);
  const places = named.length > 0 ? named.map((address) => ({ address, at: Math.max(0, report.indexOf(address)) })) : inText;
  if (places.length === 0) return [judge(null, report)];
  return places.map(({ address, at }, i) => {
    const next = places[i + 1]?.at ?? report.length;
    return judge(address, places.length === 1 ? report.slice(Math.max(0, at - 400)) : report.slice(at, Math.max(next, at + 20)));
  });
}

function judge(recipient: string | null, text: string): BounceRecipient {
  const field = /^\s*status:\s*([245]\.\d{1,3}\.\d{1,3})/im.exec(text)?.[1];
  const codes = statusCodes(text);
  const specific = codes.find((code) => !code.endsWith('.0.0')) ?? codes[0] ?? null;
  const stated = field !== undefined && !field.endsWith('.0.0') ? field : (specific ?? field ?? null);
  const reason = reasonOf(text, stated);
  const status = stated ?? impliedStatus(text, reason);
  return { recipient, status, reason, hard: isHard(reason, status) };
}
