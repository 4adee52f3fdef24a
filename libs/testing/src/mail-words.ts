/** Invented people and sentences for generated mail. All domains are under .test, which nobody owns (RFC 6761). */
export const FIRST_NAMES =
  'Aiko Bruno Carla Dmitri Esther Fabio Greta Hassan Ilse Joel Kirsten Luca Marta Nils Oriane Pavel Ruth Stefan Tilda Ugo Vesna Wanda Yara Zoltán Bjørn Chloé Þóra Øyvind Šárka'.split(
    ' ',
  );
export const LAST_NAMES =
  "Aalto Brandt Cardoso Dvořák Engström Ferrari Gruber Hoffmann Ibáñez Janssen Keller Lindqvist Moreau Novák O'Brien Petrov Ricci Sánchez Takahashi Ünal Virtanen Weber Yamamoto Zhang".split(
    ' ',
  );
export const DOMAINS = [
  'birch.test',
  'cobalt.test',
  'delta-works.test',
  'emerald.test',
  'foxglove.test',
  'granite.test',
  'harbour.test',
  'ivory.test',
  'juniper.test',
  'kestrel.test',
];
export const THINGS = [
  'Parcel',
  'Contract',
  'Scanner',
  'Webshop',
  'Voucher',
  'Warranty',
  'Tablet',
  'Backup',
  'Certificate',
  'Calendar',
  'Domain',
  'Heater',
  'Bike',
  'Ticket machine',
];
export const TROUBLES = [
  'does not arrive',
  'stops after ten minutes',
  'was billed in the wrong currency',
  'cannot be opened any more',
  'asks for a licence again',
  'lässt sich nicht kündigen',
  'ne fonctionne plus depuis hier',
  'no aparece en mi cuenta',
  '画面が真っ白です',
  'не работает после обновления',
  'needs a new delivery address',
  'shows error 5021',
];
export const GREETINGS = ['Hello,', 'Good morning,', 'Dear all,', 'Sehr geehrte Damen und Herren,', 'Bonjour,', 'Hola,', 'こんにちは。'];
export const SENTENCES = [
  'We changed nothing on our side before it began.',
  'It happens on every device in the office, on cable as well as on wireless.',
  'Switching it off and on again helped for about an hour.',
  'Can somebody look at this today, please?',
  'Our order went through on the second of the month and was confirmed by mail.',
  'I can send the serial number and a photo of the label if you need them.',
  'The person who knows the account is back next week only.',
  'Wir warten seit drei Tagen auf eine Antwort und brauchen die Ware dringend.',
  'Bitte schicken Sie mir eine korrigierte Rechnung an dieselbe Adresse.',
  "Je vous remercie d'avance pour votre aide et reste à votre disposition.",
  'La commande précédente avait été livrée sans le moindre problème.',
  'Adjunto la captura de pantalla con el mensaje completo.',
  '至急ご対応いただけますと助かります。',
  'Пожалуйста, сообщите срок решения вопроса.',
  'The log says “connection refused”, then the program closes by itself.',
  'A refund would be fine too, if that is quicker for you.',
  'Nobody was at home, and the note names a depot which does not know the number.',
  'I have read the manual up to page 40, and followed every step twice.',
  'Our auditor asks for the papers before Friday noon.',
  'Many thanks for the friendly help the last time!',
];
