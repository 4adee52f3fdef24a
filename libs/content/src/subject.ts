/** Reply prefixes of mail programs by language (checked lower case, before a colon). */
const REPLY =
  're res rép rep réf ref aw antw antwort sv vs vá odp odpoved odp. ynt yanıt cevap atb ats vb ant rif r ris ' +
  'resp respuesta réponse odpověď отв ответ на відп відповідь απ απάντηση תשובה תגובה השב رد الرد 回复 回覆 答复 答覆 返信 답장 회신 ' +
  'trả\u00a0lời tl bls balas bálas svar svr vast vastaus atsakymas antwoord σχετ nb tanggapan jawab ตอบ ตอบกลับ पुनः उत्तर';

/** Forward prefixes by language (W-09: "WG" was not known and forwards were taken for replies). */
const FORWARD =
  'fwd fw wg weitergeleitet tr trans transf i pd vl vb fs vs doorst doorsturen enc rv reenv reenviado encaminhado inoltra inoltro továbbítás ' +
  'továbbított iletilen ilt yönlendirilen pārs persiųsta eds edasi prosl prep preposlané přeposlané posl naprej proslijeđeno prosleđeno redirecționat ' +
  'пересл пересылка fwd. прд пер переслано препратено προώθ πρθ προωθημένο הועבר העברה تحويل إعادة\u00a0توجيه 转发 轉寄 转寄 転送 전달 chuyển\u00a0tiếp ' +
  'terusan tertuju videresendt vidarebefordrat videresend framsent áframsent välitetty edelleenlähetetty ส่งต่อ अग्रेषित';

const REPLY_SET = new Set(REPLY.split(' '));
const FORWARD_SET = new Set(FORWARD.split(' '));
const MAX_SUBJECT = 2000;
const MAX_PREFIXES = 50;

interface Peeled {
  rest: string;
  hasForward: boolean;
}

/** Takes prefixes (`Re: `, `AW[2]: `, `回复：`) and tags in square brackets off the front, one after another. */
function peel(subject: string): Peeled {
  let rest = subject.slice(0, MAX_SUBJECT).normalize('NFC').replace(/\s+/g, ' ').trim();
  let hasForward = false;
  for (let i = 0; i < MAX_PREFIXES; i++) {
    if (rest.startsWith('[')) {
      const close = rest.indexOf(']');
      if (close > 0 && close < 80) {
        // "[Fwd: subject]" wraps the whole subject (old Mozilla).
        const wrapped = /^\[(fwd?):\s*(.*)\]$/i.exec(rest);
        if (wrapped) hasForward = true;
        rest = (wrapped ? (wrapped[2] as string) : rest.slice(close + 1)).trim();
        continue;
      }
    }
    const found = /^([^\s:：[(]{1,20}(?: [^\s:：[(]{1,12})?)\s?(?:[[(]\d{1,3}[\])]|\^\d{1,3}|\*\d{1,3}|\d{1,2})?\s?[:：]/u.exec(rest);
    const word = found?.[1]?.toLowerCase().replace(' ', '\u00a0');
    const isForward = word !== undefined && FORWARD_SET.has(word);
    if (found === null || word === undefined || (!isForward && !REPLY_SET.has(word))) break;
    // "VS", "VB" and "I" are reply words in one language and forward words in another: not enough to call it a forward.
    hasForward ||= isForward && !REPLY_SET.has(word) && word.length > 1;
    rest = rest.slice(found[0].length).trim();
  }
  return { rest, hasForward };
}

/** The subject without prefixes and leading tags, lower case. For hints only: equality joins nothing (D-24). */
export function normaliseSubject(subject: string): string {
  return peel(subject).rest.toLowerCase();
}

/** True when the subject carries a forward prefix in any of the languages known. */
export function hasForwardPrefix(subject: string): boolean {
  return peel(subject).hasForward;
}
