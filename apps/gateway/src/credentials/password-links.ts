import { randomBytes } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { SendSystemMail, systemMailPlace } from '@helpdesk/contracts';
import { MessageBus } from '@helpdesk/messaging';
import { conflict, newId, publicUrl, type Runtime, type Tx } from '@helpdesk/platform';
import type { Principal } from '../auth/principal.js';
import { RUNTIME } from '../tokens.js';
import { passwordMail, type LinkKind } from './password-mails.js';
import { PasswordLinksRepository, type Addressee } from './password-links.repository.js';

const HOURS: Record<LinkKind, number> = { invitation: 72, reset: 1 };

interface Invited {
  id: string;
  email: string;
  name: string;
  active: boolean;
  /** Has no password yet. */
  invited: boolean;
  language: string | undefined;
}

/** Makes links to choose a password and mails them, in the transaction of what caused them. */
@Injectable()
export class PasswordLinks {
  constructor(
    @Inject(RUNTIME) private readonly runtime: Runtime,
    private readonly bus: MessageBus,
    private readonly links: PasswordLinksRepository,
  ) {}

  /** The links sent before end. */
  async invite(tx: Tx, me: Principal, user: Invited): Promise<void> {
    if (!user.active) throw conflict('user_inactive', 'The user is not active.');
    if (!user.invited) throw conflict('has_password', 'The user has chosen a password; he can ask for a new one himself.');
    await this.links.end(tx, me.accountId, user.id);
    const { accountId, accountName } = me;
    const language = user.language ?? me.preferences.language;
    await this.send(tx, 'invitation', { accountId, accountName, userId: user.id, name: user.name, language }, user.email, me.name);
  }

  async sendReset(tx: Tx, user: Addressee, email: string): Promise<void> {
    await this.send(tx, 'reset', user, email);
  }

  private async send(tx: Tx, kind: LinkKind, user: Addressee, email: string, inviter?: string): Promise<void> {
    const token = randomBytes(32).toString('base64url');
    const { accountId, accountName, userId, name } = user;
    await this.links.insert(tx, { account_id: accountId, user_id: userId, email }, token, HOURS[kind]);
    const url = `${publicUrl(this.runtime.config)}/password/${token}`;
    const mail = passwordMail({ kind, to: { name, address: email }, accountName, inviter, url, hours: HOURS[kind] }, user.language);
    const mailId = newId();
    const sealed = this.runtime.keys.encrypt(JSON.stringify(mail), systemMailPlace(accountId, mailId));
    await this.bus.publish(tx, accountId, new SendSystemMail({ userId, mailId, sealed }));
  }
}
