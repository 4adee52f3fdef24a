/** What a line of a quoted header block says. */
export type HeaderKind = 'from' | 'sent' | 'to' | 'subject' | 'other';

/** Labels of the header block Outlook and others put above the quoted mail, by language (lower case). */
const LABELS: Record<HeaderKind, string> = {
  from: 'from|von|de|da|van|från|fra|frá|lähettäjä|od|от|від|от кого|kimden|gönderen|发件人|寄件者|寄件人|差出人|送信者|보낸 사람|보낸사람|보낸이|feladó|de la|expéditeur|remitente|mittente|remetente|afzender|absender|από|מאת|من|ผู้ส่ง|จาก|từ|nuo|no|saatja|dari|nadawca|odesílatel|odosielateľ|expeditor|pošiljatelj|прати|подател|de:|sender',
  sent: "sent|date|gesendet|datum|envoyé|envoyé le|enviado|enviado el|enviada em|enviado em|fecha|data|inviato|verzonden|skickat|sendt|dato|dags|lähetetty|päivämäärä|päiväys|wysłano|wysłane|odesláno|odoslané|отправлено|дата|дата отправки|надіслано|gönderilme tarihi|gönderildi|tarih|发送时间|发送日期|日期|时间|寄件日期|傳送時間|送信日時|日時|日付|보낸 날짜|날짜|보낸시간|보낸 시간|küldve|dátum|elküldve|trimis|dată|στάλθηκε|ημερομηνία|αποστολή|נשלח|תאריך|تاريخ الإرسال|تم الإرسال|التاريخ|تاريخ|ส่งเมื่อ|วันที่|ngày|đã gửi|išsiųsta|nosūtīts|saadetud|dikirim|tanggal|изпратено|послато|poslano|message du|date d'envoi",
  to: 'to|an|à|a|para|aan|till|til|vastaanottaja|do|komu|кому|kime|alıcı|收件人|收件者|宛先|받는 사람|받는사람|받는이|címzett|către|προς|אל|إلى|ถึง|đến|tới|kam|saaja|kepada|destinataire|destinatario|al|за|na|þiggjandi|pentru|odbiorca|ontvanger|empfänger|prima',
  subject:
    'subject|betreff|objet|asunto|assunto|oggetto|onderwerp|ämne|emne|efni|aihe|temat|předmět|predmet|тема|относно|konu|主题|主旨|件名|標題|标题|제목|tárgy|subiect|θέμα|נושא|الموضوع|เรื่อง|หัวเรื่อง|chủ đề|tiêu đề|sujet|tema|temats|teema|subjek|perihal|naslov|assumpte|re',
  other:
    'cc|bcc|kopie|copie à|copie|copia|kopia|kopi|копия|копія|抄送|副本|参考|참조|másolat|κοιν|κοινοποίηση|עותק|نسخة|สำเนา|reply-to|reply to|antwort an|répondre à|organization|importance|priority|wichtigkeit|importancia|attachments?|anlagen?|pièces jointes|bilaga|cci|cco|kopija|dw|udw',
};

const KIND_BY_LABEL = new Map<string, HeaderKind>();
for (const kind of ['other', 'to', 'sent', 'subject', 'from'] as const)
  for (const label of LABELS[kind].split('|')) KIND_BY_LABEL.set(label, kind);

/** The kind of header a line is (`*From:* Ann <a@b.test>`, `差出人：…`), or null. Marks of bold text are looked through. */
export function headerKind(line: string): HeaderKind | null {
  const found = /^[\s*_|>]*([\p{L}][\p{L} '-]{0,24}?)[\s*_]*[:：]/u.exec(line.slice(0, 60));
  return found === null ? null : (KIND_BY_LABEL.get((found[1] as string).toLowerCase()) ?? null);
}

/** Verbs of the "On … Ann wrote:" line, by language (lower case); each may stand in front of or behind the name. */
export const WROTE = new RegExp(
  '(?:^|[\\s>"\'\\])，,])(?:' +
    'wrote|writes|wrote the following|schrieb(?: am| an| folgendes)?|geschrieben|hat geschrieben|a (?:é|e)crit|écrivait|écrit|escribi(?:ó|o)|escreveu|ha scritto|scrisse|scrive|schreef|schreef het volgende|het volgende geschreven|heeft geschreven|geschreven|' +
    'skrev(?: følgende)?|skrifaði|kirjoitti|napisa(?:ł|l)(?:\\(?a\\)?)?|napisał|napsal\\(?a?\\)?|napísal\\(?a?\\)?|napisao(?: je)?|napisala|je napisao(?:/la)?|piše|написал(?:\\(?а\\)?)?|пишет|писал(?:\\(?а\\)?)?|написав(?:\\(?ла\\)?)?|пише|написа|' +
    'írta|ezt írta|a scris|έγραψε|yazd(?:ı|i)|şunları yazdı|şunu yazdı|כתב(?:/ה|ה)?|מאת|كتب|写道|寫道|写到|のメール|のメッセージ|さんは書きました|wrote,? |작성|님이 작성|đã viết|viết|เขียน(?:ว่า)?|menulis|rakstīja|rašė|parašė|kirjutas|va escriure|ha escrit|escribiu|idatzi du|scríobh|ysgrifennodd|लिखा|নে লিখেছেন' +
    ')(?=$|[\\s:：*.,;<"\'“>-])|写道|寫道|のメール|님이 작성|さんは書きました',
  'iu',
);

/** How such a line begins: preposition, weekday, month or the date itself. */
export const ATTRIBUTION_START = new RegExp(
  '^[\\s>*_"\'(|-]*(?:' +
    '(?:on|at|am|at|le|el|il|em|op|den|dne|dňa|dnia|w dniu|på|kl|la|su|il giorno|el día|em|no dia|a las|în data|pe|la data|στις|w|vào|pada|tanggal|tarihinde|ngày|dia|a|в|у|ne|data|pe data de|ons|tir|tors|fre|lør|søn|man|mån|tis|lör|sön|ma|ti|ke|to|pe|su)\\b[\\s.,]+.{0,40}\\d|' +
    '(?:mon|tue|wed|thu|fri|sat|sun|mo|di|mi|do|fr|sa|so|lun|mar|mer|jeu|ven|sam|dim|mié|mie|jue|vie|sáb|sab|dom|gio|seg|ter|qua|qui|sex|пн|вт|ср|чт|пт|сб|вс|пон|нд|pon|wto|śro|czw|pią|sob|nie|po|út|st|čt|pá|ne|paz|pzt|sal|çar|per|cum|cmt)[\\p{L}-]{0,12}[,.]?\\s.{0,30}\\d|' +
    '(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\\.?\\s\\d|' +
    '\\d{1,2}[./]\\s?\\d{1,2}[./]|\\d{4}[-/.年]\\s?\\d{1,2}|\\d{1,2}\\.?\\s(?:de\\s)?[\\p{L}]{3,12}\\.?,?\\s(?:de\\s|del\\s)?\\d{4}|在\\s?\\d|于\\s?\\d' +
    ')',
  'iu',
);

/** "-----Original Message-----" by language, compared without dashes, stars and blanks around it. */
export const ORIGINAL_MESSAGE = new Set(
  (
    "original message|ursprüngliche nachricht|originalnachricht|urspr. nachricht|message d'origine|message original|message d’origine|messaggio originale|mensaje original|mensagem original|oorspronkelijk bericht|origineel bericht|oorspronkelijk bericht|" +
    'ursprungligt meddelande|originalmeddelande|oprindelig meddelelse|oprindelig besked|original besked|opprinnelig melding|original melding|alkuperäinen viesti|oryginalna wiadomość|wiadomość oryginalna|původní zpráva|pôvodná správa|' +
    'исходное сообщение|оригинальное сообщение|пересылаемое сообщение исходное|первоначальное сообщение|оригінальне повідомлення|вихідне повідомлення|orijinal mesaj|özgün ileti|özgün mesaj|原始邮件|原始郵件|原邮件|元のメッセージ|オリジナル メッセージ|オリジナルメッセージ|원본 메시지|원본 메일|원본메일|eredeti üzenet|' +
    'mesaj original|mesajul original|αρχικό μήνυμα|הודעה מקורית|الرسالة الأصلية|ข้อความต้นฉบับ|thư gốc|tin nhắn gốc|izvorna poruka|originalna poruka|оригинално съобщение|algne kiri|sākotnējais ziņojums|originalus laiškas|pesan asli|reply message|ursprüngliche e-mail|original email|original mail|reply separator|replied message'
  ).split('|'),
);

/** "Forwarded message" by language, compared like ORIGINAL_MESSAGE. */
export const FORWARDED_MESSAGE = new Set(
  (
    'forwarded message|begin forwarded message|forwarded by|original message forwarded|start of forwarded message|weitergeleitete nachricht|anfang der weitergeleiteten nachricht|weitergeleitete e-mail|weitergeleitet von|message transféré|message transmis|début du message transféré|début du message réexpédié|transféré par|' +
    'mensaje reenviado|inicio del mensaje reenviado|comienzo del mensaje reenviado|mensagem encaminhada|mensagem reencaminhada|início da mensagem encaminhada|início da mensagem reencaminhada|messaggio inoltrato|inizio messaggio inoltrato|inizio del messaggio inoltrato|doorgestuurd bericht|begin doorgestuurd bericht|' +
    'vidarebefordrat meddelande|vidarebefordrat brev|vidarebefordrat mejl|påbörjar vidarebefordrat meddelande|videresendt meddelelse|videresendt besked|videresendt melding|start på videresendt besked|start videresendt melding|välitetty viesti|edelleenlähetetty viesti|välitetty viesti alkaa|przekazana wiadomość|wiadomość przekazana|początek przekazywanej wiadomości|treść przekazanej wiadomości|' +
    'přeposlaná zpráva|předaná zpráva|začátek přeposílané zprávy|preposlaná správa|пересылаемое сообщение|пересланное сообщение|начало переадресованного сообщения|переслане повідомлення|iletilen mesaj|yönlendirilen mesaj|iletilmiş ileti|başlangıç iletilen ileti|转发的邮件|转发邮件|已转发邮件|開始轉寄郵件|轉寄的郵件|转发信息|転送されたメッセージ|転送メッセージ|전달된 메시지|전달된 메일|továbbított üzenet|továbbított levél|mesaj redirecționat|' +
    'προωθημένο μήνυμα|προωθούμενο μήνυμα|הודעה שהועברה|רسالة محولة|رسالة معاد توجيهها|الرسالة المحولة|ข้อความที่ส่งต่อ|thư đã chuyển tiếp|tin nhắn chuyển tiếp|proslijeđena poruka|препратено съобщение|edastatud kiri|pārsūtīts ziņojums|persiųstas laiškas|pesan terusan|missatge reenviat|áframsend skilaboð'
  ).split('|'),
);

/** "Sent from my phone" lines, by language. Whole line only; what may follow the device is bounded. */
export const MOBILE_SIGNATURE = new RegExp(
  '^[\\s<({*_\\[]*(?:' +
    "sent (?:from|with|via|by|using) (?:my )?(?:[\\w\\[\\]()+&'’./:?=%-]+ ?){1,7}(?:<[^>]*>)?|sent (?:from|via|with) .{0,60}(?:phone|ipad|mobile|android|blackberry|mail|outlook|device|app)\\b.{0,40}|sent from .{1,60}(?:excuse|forgive|pardon).{0,60}|" +
    'get outlook for .{2,120}|get \\[outlook.{2,120}|.{1,30} from (?:my )?(?:mobile|iphone|ipad|phone)|from my (?:iphone|ipad|android|phone|mobile|samsung|blackberry).{0,20}|via mobile|sent on the (?:move|go)|' +
    '(?:von|vom) (?:meinem?|unterwegs|mobil).{0,60}(?:gesendet|gesandt|geschickt)|(?:diese nachricht wurde )?(?:von|mit) .{2,60} (?:gesendet|versandt|verschickt)|gesendet (?:von|mit|über|aus) .{2,80}|outlook für .{2,80}|' +
    'envoyé (?:de|depuis|à partir de|avec) .{2,80}|télécharge[rz] outlook .{2,80}|obtenez outlook .{2,80}|enviado (?:desde|do|de|con|via|a partir do|pelo) .{2,80}|obtener outlook .{2,80}|obter o outlook .{2,80}|inviato (?:da|dal|con|tramite) .{2,80}|scarica outlook .{2,80}|ottieni outlook .{2,80}|' +
    'verzonden (?:vanaf|met|via|vanuit) .{2,80}|verstuurd vanaf .{2,80}|outlook voor .{2,60}|skickat från .{2,80}|skickades från .{2,80}|hämta outlook .{2,80}|sendt fra .{2,80}|hent outlook .{2,80}|lähetetty .{2,80}|hanki outlook .{2,80}|wysłane? z .{2,80}|pobierz (?:program )?outlook .{2,80}|odesláno z .{2,80}|odoslané z .{2,80}|poslano s .{2,80}|' +
    "отправлено (?:с|из|от) .{2,80}|надіслано (?:з|із) .{2,80}|отправлено .{0,40}(?:iphone|ipad|android).{0,40}|.{2,40} (?:telefonumdan|cihazımdan|'?(?:ım)?dan) gönderildi|.{2,40}gönderildi|.{1,40}'?(?:r|e)l küldve|elküldve .{2,60}|trimis de pe .{2,60}|στάλθηκε από .{2,60}|" +
    '从我的 ?.{1,40}(?:发送|傳送)|發自我的.{1,40}|发自我的.{1,40}|從我的 ?.{1,40}(?:傳送|寄出)|來自我的.{1,40}|发自.{1,40}|.{1,40}から送信|나의 .{1,40}에서 보냄|.{1,40}에서 (?:보냄|보냈습니다)|נשלח מ.{2,60}|أُرسلت من .{2,60}|تم الإرسال من .{2,60}|ส่งจาก.{1,60}|được gửi từ .{2,60}|đã gửi từ .{2,60}|gửi từ .{2,60}|dikirim dari .{2,60}' +
    ')[\\s>)}*_.!\\]]*$',
  'iu',
);

/** Closings in front of a name, by language; only the whole line counts. */
export const CLOSING =
  /^[\s*_]*(?:(?:kind|best|warm|warmest|many|with (?:kind|best|warm))?\s?(?:regards|wishes)|regards|sincerely(?: yours)?|yours (?:sincerely|faithfully|truly)|cheers|best|thanks(?: again| a lot| and regards| in advance| & regards)?|thank you(?: very much)?|many thanks|respectfully|cordially|rgds|br|mfg|lg|vg|mit (?:freundlichen|besten|lieben|herzlichen) gr(?:ü|ue)(?:ß|ss)en|(?:viele|liebe|beste|freundliche|herzliche|schöne) gr(?:ü|ue)(?:ß|ss)e|gru(?:ß|ss)|cordialement|bien (?:cordialement|à vous)|salutations(?: distinguées)?|saludos(?: cordiales)?|un saludo|atentamente|atenciosamente|cumprimentos|abraços?|att|cordiali saluti|distinti saluti|saluti|met vriendelijke groet(?:en)?|vriendelijke groet(?:en)?|groet(?:en|jes)?|mvh|med vänliga? hälsning(?:ar)?|vänliga hälsningar|hälsningar|med venlig hilsen|venlig hilsen|vennlig hilsen|hilsen|ystävällisin terveisin|terveisin|pozdrawiam|z poważaniem|s pozdravem|s pozdravom|с уважением|з повагою|saygılarımla|üdvözlettel|cu stimă|με εκτίμηση|此致|敬具|よろしくお願い(?:いた)?します)[\s,.!*_~-]*$/iu;
