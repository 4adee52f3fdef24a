/** What a mail program says about a piece of its HTML; survives sanitising as `data-mail="…"` for quote trimming. */
export type HtmlMark = 'quote' | 'attribution' | 'rest' | 'signature';

/**
 * Class names and ids mail programs put on quoted history. `quote`: this element is a quote. `attribution`: the
 * "On … wrote:" line. `rest`: from here to the end of the mail everything is history. `signature`: what it says.
 */
const MARKS = new Map<string, HtmlMark>(
  Object.entries({
    gmail_quote: 'quote',
    gmail_quote_container: 'quote',
    gmail_attr: 'attribution',
    gmail_signature: 'signature',
    gmail_signature_prefix: 'signature',
    yahoo_quoted: 'quote',
    'moz-cite-prefix': 'attribution',
    'moz-forward-container': 'quote',
    'moz-signature': 'signature',
    'moz-txt-sig': 'signature',
    protonmail_quote: 'quote',
    protonmail_signature_block: 'signature',
    tutanota_quote: 'quote',
    zmail_extra: 'quote',
    zmail_extra_hr: 'rest',
    olk_src_body_section: 'quote',
    divrplyfwdmsg: 'rest',
    appendonsend: 'rest',
    stopspelling: 'rest',
    replysplit: 'rest',
    x_divrplyfwdmsg: 'rest',
    'ms-outlook-mobile-reference-message': 'quote',
    'mail-editor-reference-message-container': 'rest',
    'ms-outlook-mobile-signature': 'signature',
    applemailsignature: 'signature',
    'front-blockquote': 'quote',
    freshdesk_quote: 'quote',
    bloop_original_html: 'quote',
    mailbox_signature: 'signature',
    airmail_sign: 'signature',
    bloop_sign: 'signature',
  } satisfies Record<string, HtmlMark>),
);

/** The mark an element carries, judged by its attributes (names already lower case). */
export function markOf(tag: string, attributes: Record<string, string>): HtmlMark | null {
  if (tag === 'blockquote' && (attributes.type ?? '').toLowerCase() === 'cite') return 'quote';
  const id = attributes.id;
  if (id !== undefined && id.length < 100) {
    const mark = MARKS.get(id.toLowerCase());
    if (mark !== undefined) return mark;
  }
  const names = attributes.class;
  if (names !== undefined && names.length < 300) {
    for (const name of names.split(/\s+/)) {
      const mark = MARKS.get(name.toLowerCase());
      if (mark !== undefined) return mark;
    }
  }
  return null;
}
