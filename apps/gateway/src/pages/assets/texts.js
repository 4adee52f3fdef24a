const en = {
  apiDocs: 'API', outbox: 'Outbox', signOut: 'Sign out', firstRun: 'Make the first account', accountName: 'Company', yourName: 'Your name', email: 'E-mail', password: 'Password',
  newPassword: 'Password, at least 12 characters', supportAddress: 'Support address', create: 'Create', signIn: 'Sign in', tickets: 'Tickets', open: 'Open', empty: 'No tickets yet. Send a mail to the support address.',
  choose: 'Choose a ticket to read its conversation.', status: 'Status', reply: 'Reply', send: 'Send', sent: 'The reply goes out in a few seconds.', undo: 'Undo', undone: 'The reply was taken back.', html: 'Show as HTML', delivery: 'Delivery', from: 'from', to: 'to',
};
const de = {
  apiDocs: 'API', outbox: 'Postausgang', signOut: 'Abmelden', firstRun: 'Erstes Konto anlegen', accountName: 'Unternehmen', yourName: 'Ihr Name', email: 'E-Mail', password: 'Passwort',
  newPassword: 'Passwort, mindestens 12 Zeichen', supportAddress: 'Support-Adresse', create: 'Anlegen', signIn: 'Anmelden', tickets: 'Tickets', open: 'Offen', empty: 'Noch keine Tickets. Senden Sie eine E-Mail an die Support-Adresse.',
  choose: 'Wählen Sie ein Ticket, um die Konversation zu lesen.', status: 'Ticket-Status', reply: 'Antwort', send: 'Senden', sent: 'Die Antwort geht in wenigen Sekunden hinaus.', undo: 'Rückgängig', undone: 'Die Antwort wurde zurückgenommen.', html: 'Als HTML zeigen', delivery: 'Zustellung', from: 'von', to: 'an',
};
export const language = navigator.language.startsWith('de') ? 'de' : 'en';
export const t = (key) => (language === 'de' ? de : en)[key];
