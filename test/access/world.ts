import { createHash, randomBytes } from 'node:crypto';
import { waitFor } from '@helpdesk/testing';
import type pg from 'pg';
import type { Client } from './client.js';
import { marker } from './markers.js';
import type { Person, Ticket } from './facts.js';
import { may, reaches, type Action } from './model.js';

export interface Member extends Person {
  name: string;
  email: string;
  key: string;
}
export interface Case extends Ticket {
  /** In all its markers. */
  hex: string;
  number: number;
  contact: number;
  contactId: string | null;
  isClosed: boolean;
  thread: string;
  /** The ticket in the trash whose thread it continues. */
  continues: Case | null;
  isCommented: boolean;
  followers: Set<string>;
  mentioned: Set<string>;
}
export interface Account {
  id: string;
  /** A super admin who is there from the start to the end: sets everything up, and does what an administrator does. */
  keeper: Member;
  /** The users of the plan, without the keeper. */
  people: Member[];
  teams: string[];
  channel: { id: string; token: string };
  pipelineId: string;
  stages: { fresh: string; closed: string };
}
/** A thing with an id, and what decides who gets it. */
export interface Target {
  id: string;
  /** The ticket it hangs on; undefined: it does not exist. */
  ticket?: Case;
  account?: string;
  /** Whose alone it is. */
  user?: string;
  direction?: 'in' | 'out' | 'internal';
  /** The id of the ticket it was done to. */
  about?: string;
  /** A second id in the address. */
  parent?: string;
  hasRaw?: boolean;
  isFirst?: boolean;
  /** An id of nothing, in the address of something that is there. */
  isMissing?: boolean;
}
export type TargetKind =
  | 'ticket'
  | 'message'
  | 'attachment'
  | 'notification'
  | 'operation'
  | 'channel'
  | 'pipeline'
  | 'view'
  | 'slaPolicy'
  | 'businessHours'
  | 'contact'
  | 'company'
  | 'apiKey'
  | 'quarantine'
  | 'share'
  | 'user'
  | 'team';

/** Draft markers: whose draft, on which ticket. */
interface DraftOf {
  ticket: Case;
  user: string;
  tab: 'reply' | 'comment';
}

export class World {
  readonly accounts: Account[] = [];
  readonly tickets: Case[] = [];
  readonly drafts = new Map<string, DraftOf>();
  /** Lines of the audit, and the ticket that each is about. */
  audit: { id: string; account: string; ticket?: Case }[] = [];
  targets: Record<TargetKind, Target[]> = {
    ticket: [],
    message: [],
    attachment: [],
    notification: [],
    operation: [],
    channel: [],
    pipeline: [],
    view: [],
    slaPolicy: [],
    businessHours: [],
    contact: [],
    company: [],
    apiKey: [],
    quarantine: [],
    share: [],
    user: [],
    team: [],
  };

  constructor(
    readonly client: Client,
    readonly store: pg.Client,
    /** Operations of the OpenAPI document: what the desk offers. */
    readonly operations: ReadonlySet<string>,
  ) {}

  get everybody(): Member[] {
    return this.accounts.flatMap((account) => [...account.people, account.keeper]);
  }

  member(id: string | null): Member | undefined {
    return id === null ? undefined : this.everybody.find((user) => user.id === id);
  }

  account(id: string): Account {
    const found = this.accounts.find((account) => account.id === id);
    if (!found) throw new Error(`no account ${id} in this world`);
    return found;
  }

  may(user: Member, action: Action, ticket: Case): boolean {
    return may(user, action, ticket, this.member(ticket.owner));
  }

  /** In the trash or not: he may hear that it is there. */
  mayKnow(user: Member, ticket: Case): boolean {
    return reaches(user, 'view', ticket, this.member(ticket.owner));
  }

  /** What row-level security shows him: the trash as well, and without asking whether he may enter at all. */
  reachedBy(user: Member): Case[] {
    const inside: Member = { ...user, active: true, seat: 'service' };
    return this.tickets.filter((ticket) => reaches(inside, 'view', ticket, this.member(ticket.owner)));
  }

  /** What lies in the trash and he may take out of it. */
  trashOf(user: Member): Case[] {
    return this.tickets.filter((ticket) => ticket.deleted && reaches(user, 'delete', ticket, this.member(ticket.owner)));
  }

  seenBy(user: Member): Case[] {
    return this.tickets.filter((ticket) => this.may(user, 'view', ticket));
  }

  byId(id: string): Case | undefined {
    return this.tickets.find((ticket) => ticket.id === id);
  }

  byHex(hex: string): Case | undefined {
    return this.tickets.find((ticket) => ticket.hex === hex);
  }

  /** A customer writes: the first message of a thread makes the ticket. */
  async write(account: Account, { thread, hex, contact }: Pick<Case, 'thread' | 'hex' | 'contact'>): Promise<void> {
    const envelope = {
      v: 1,
      id: randomBytes(12).toString('hex'),
      kind: 'message',
      thread,
      sender: { name: `Customer ${contact}`, address: { kind: 'email', value: `customer${contact}@example.test` } },
      subject: `About ${marker('n', hex)}`,
      text: `I write about ${marker('t', hex)}`,
      attachments: [
        { filename: `${marker('f', hex)}.txt`, contentType: 'text/plain', content: Buffer.from(marker('b', hex)).toString('base64') },
      ],
    };
    await this.client.json('POST', `/api/v1/ingest/${account.channel.id}`, account.channel.token, envelope);
  }

  /** Waits until nothing is on its way between the services any more; throws when a handler gave up. */
  async settle(): Promise<void> {
    const ids = this.accounts.map(({ id }) => id);
    const { parked } = await waitFor(
      async () => {
        const { rows } = await this.store.query<{ due: number; parked: string | null }>(
          `SELECT count(*) FILTER (WHERE quarantined_at IS NULL AND due_at <= now())::int AS due,
             max(coalesce(error_detail, 'for no reason')) FILTER (WHERE quarantined_at IS NOT NULL) AS parked FROM bus.dispatch WHERE account_id = ANY ($1)`,
          [ids],
        );
        const [now] = rows;
        // What is parked stays: thrown in here it would be asked again until time is up.
        return now && (now.parked !== null || now.due === 0) ? now : undefined;
      },
      { every: 5, within: 20_000, what: 'quiescence' },
    );
    if (parked !== null) throw new Error(`a handler gave up: ${parked}`);
  }
}

export const newKey = () => `hd_${randomBytes(32).toString('base64url')}`;
export const hashOf = (secret: string) => createHash('sha256').update(secret).digest('hex');
export const newHex = () => randomBytes(6).toString('hex');
