import type { SystemMail } from '@helpdesk/contracts';

export type LinkKind = 'invitation' | 'reset';

export interface LinkMail {
  kind: LinkKind;
  to: { name: string; address: string };
  accountName: string;
  /** The one who invites. */
  inviter?: string;
  url: string;
  hours: number;
}

type Texts = Record<LinkKind, { subject: (mail: LinkMail) => string; text: (mail: LinkMail) => string[] }>;

const en: Texts = {
  invitation: {
    subject: ({ accountName }) => `Your access to the help desk of ${accountName}`,
    text: ({ to, accountName, inviter, url, hours }) => [
      `Hello ${to.name},`,
      inviter ? `${inviter} has invited you to the help desk of ${accountName}.` : `you are invited to the help desk of ${accountName}.`,
      `Choose your password here:\n${url}`,
      `The link works once, for ${hours} hours. If you do not know what this is about, ignore this mail.`,
    ],
  },
  reset: {
    subject: ({ accountName }) => `Your password at the help desk of ${accountName}`,
    text: ({ to, accountName, url, hours }) => [
      `Hello ${to.name},`,
      `somebody, probably you, has asked to choose a new password for the help desk of ${accountName}.`,
      `Choose it here:\n${url}`,
      `The link works once, for ${hours === 1 ? 'one hour' : `${hours} hours`}. If it was not you, ignore this mail: your password stays as it is.`,
    ],
  },
};

const de: Texts = {
  invitation: {
    subject: ({ accountName }) => `Ihr Zugang zum Helpdesk von ${accountName}`,
    text: ({ to, accountName, inviter, url, hours }) => [
      `Guten Tag ${to.name},`,
      inviter ? `${inviter} hat Sie zum Helpdesk von ${accountName} eingeladen.` : `Sie wurden zum Helpdesk von ${accountName} eingeladen.`,
      `Wählen Sie hier Ihr Passwort:\n${url}`,
      `Der Link gilt einmal und ${hours} Stunden lang. Wenn Sie nicht wissen, worum es geht, ignorieren Sie diese E-Mail.`,
    ],
  },
  reset: {
    subject: ({ accountName }) => `Ihr Passwort beim Helpdesk von ${accountName}`,
    text: ({ to, accountName, url, hours }) => [
      `Guten Tag ${to.name},`,
      `jemand, vermutlich Sie selbst, möchte ein neues Passwort für das Helpdesk von ${accountName} wählen.`,
      `Wählen Sie es hier:\n${url}`,
      `Der Link gilt einmal und ${hours === 1 ? 'eine Stunde' : `${hours} Stunden`} lang. Wenn Sie das nicht waren, ignorieren Sie diese E-Mail: Ihr Passwort bleibt, wie es ist.`,
    ],
  },
};

export function passwordMail(mail: LinkMail, language: string | undefined): SystemMail {
  const texts = (language?.startsWith('de') ? de : en)[mail.kind];
  return { to: mail.to, subject: texts.subject(mail), text: `${texts.text(mail).join('\n\n')}\n` };
}
