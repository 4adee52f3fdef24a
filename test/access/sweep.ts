/*
 * What is called when:
 * - after each command, as every user of the plan: every route that shows tickets, messages, files, drafts or counts, with the ids the
 *   command touched (of what hangs on a ticket the newest two) and one more in rotation; then 12 calls of the rest (user, keepers included,
 *   route, id) in rotation;
 * - at the end of each world, and in every third one also in the middle, after a random command: every user of both accounts × every route × every id of both
 *   accounts, and of each kind one id that does not exist.
 * A route that would change the world is called only where the model says that it is refused; each is called for real by the tables
 * (capabilities-table, scopes-table). What the figures count: requests = calls, setting up included; decisions = one for each answer on one
 * id, and for each list one for every ticket there is, since each has to be in it or not.
 */
import { Random } from '@helpdesk/testing';
import type { Answer, Call } from './client.js';
import type { Touched } from './commands.js';
import { hexOf, kindOf, marker, markersIn } from './markers.js';
import { CAN, enters } from './model.js';
import { ROUTES } from './routes.js';
import type { Asked, Route } from './routes/route.js';
import type { Member, Target, World } from './world.js';

const UUID = /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g;

export interface Tally {
  decisions: number;
  leaks: number;
  overBlocks: number;
  /** Another status or code than the model says, or a list or count that is off. */
  wrongAnswers: number;
}
/** An answer that is not what the model says. */
class Wrong extends Error {
  constructor(
    readonly kind: 'leak' | 'over-block' | 'wrong answer',
    what: string,
    { operation }: Route,
    { user, target }: Asked,
    call: Call,
    answer: Answer,
  ) {
    const { key: _key, ...who } = user;
    super(
      `${kind}: ${what}\n  ${call.method} ${call.path} (${operation})\n  as ${JSON.stringify(who)}\n  target ${JSON.stringify(plain(target))}` +
        `\n  answer ${answer.status} ${answer.body.slice(0, 1_500)}`,
    );
  }
}
const plain = ({ ticket, ...rest }: Target) => ({
  ...rest,
  ticket: ticket && { ...ticket, followers: [], mentioned: [], continues: ticket.continues?.id },
});

/** What a user gets for a call, by the model: refused with a status and code, or let through. */
function verdict(route: Route, asked: Asked): { status: number; code: string } | 'passes' {
  const { user, target, world } = asked;
  const { needs, action } = route;
  if (needs === 'public') return 'passes';
  if (!user.active) return { status: 401, code: 'not_signed_in' };
  if (needs === 'super_admin') {
    if (!user.superAdmin) return { status: 403, code: 'not_super_admin' };
  } else if (needs !== 'signed_in') {
    if (!enters(user)) return { status: 403, code: 'no_helpdesk_access' };
    if (!CAN[needs](user)) return { status: 403, code: `missing_${needs.replace('.', '_')}` };
  }
  const refusal = route.refuses?.(asked);
  if (refusal !== undefined) return { status: 403, code: refusal };
  if (!route.on) return 'passes';
  const absent = { status: 404, code: 'not_found' };
  if (route.isHis && !route.isHis(asked)) return absent;
  if (action && (target.ticket || !route.isHis)) {
    if (!target.ticket || !world.may(user, 'view', target.ticket)) return absent;
    if (!world.may(user, action, target.ticket)) return { status: 403, code: `ticket_${action}_scope` };
  }
  return 'passes';
}

interface Question {
  route: Route;
  user: Member;
  target: Target;
}

/** Makes the calls, judges each answer, and counts the decisions: an answer on one ticket is one, a list is one for every ticket there is. */
export class Sweep {
  /** The one body that absent and invisible share, without its correlation id. */
  private notFound: string | undefined;
  private turn = 0;
  readonly tally: Tally = { decisions: 0, leaks: 0, overBlocks: 0, wrongAnswers: 0 };

  /**
   * After a command: every user of the plan calls every route that shows tickets or counts, with the ids that the command touched (of a
   * ticket's messages and files the newest two) and with one more id in rotation; and `others` more calls go through the remaining
   * combinations of user (the keepers too), route and id, in rotation as well.
   */
  async afterCommand(world: World, { tickets }: Touched, others: number): Promise<void> {
    const hot: Question[] = [];
    for (const user of world.accounts.flatMap(({ people }) => people)) {
      for (const route of ROUTES.filter(({ shows, says, needs }) => (shows || says) && needs === 'helpdesk')) {
        for (const target of this.fewOf(world, route, tickets)) hot.push({ route, user, target });
      }
    }
    const rest: Question[] = [];
    for (let i = 0; i < others; i += 1) {
      const [user, route] = [this.next(world.everybody), this.next(ROUTES)];
      rest.push({ route, user, target: this.next(targetsOf(world, route)) });
    }
    await this.ask(world, [...hot, ...rest]);
  }

  /** Every user of both accounts, every route, every id of both accounts; in no order, so that what is wrong shows itself early. */
  async everything(world: World): Promise<void> {
    const questions = world.everybody.flatMap((user) =>
      ROUTES.flatMap((route) => targetsOf(world, route).map((target) => ({ route, user, target }))),
    );
    await this.ask(world, new Random(this.turn).shuffled(questions));
  }

  private fewOf(world: World, route: Route, touched: Touched['tickets']): Target[] {
    const all = targetsOf(world, route);
    if (!route.on && !route.turns) return all;
    const hot = all.filter(({ ticket }) => ticket && touched.includes(ticket));
    return [...hot.slice(-2), this.next(all)];
  }

  /** Goes round: steps with a stride that shares no factor with usual lengths, so that combinations differ each time. */
  private next<T>(list: readonly T[]): T {
    this.turn = (this.turn + 7_919) % 1_000_003;
    return list[this.turn % list.length] as T;
  }

  private async ask(world: World, questions: Question[]): Promise<void> {
    await world.client.all(questions, async ({ route, user, target }) => {
      const asked = { world, user, target };
      const expected = verdict(route, asked);
      if (expected === 'passes' && route.isHarmless && !route.isHarmless(asked)) return;
      const call = callOf(route, asked);
      const answer = await world.client.send(call, user.key);
      const wrong = this.judge(route, asked, expected, answer);
      if (!wrong) return;
      this.count(wrong.kind);
      throw new Wrong(wrong.kind, wrong.what, route, asked, call, answer);
    });
  }

  /** What comes after the first wrong answer are its repetitions while it is made smaller. */
  private count(kind: Wrong['kind']): void {
    const { leaks, overBlocks, wrongAnswers } = this.tally;
    if (leaks + overBlocks + wrongAnswers > 0) return;
    this.tally[kind === 'leak' ? 'leaks' : kind === 'over-block' ? 'overBlocks' : 'wrongAnswers'] += 1;
  }

  private judge(
    route: Route,
    asked: Asked,
    expected: ReturnType<typeof verdict>,
    { status, body }: Answer,
  ): { kind: Wrong['kind']; what: string } | undefined {
    const { world, user } = asked;
    this.tally.decisions += route.on || !route.shows ? 1 : world.tickets.length;
    const found = markersIn(body);
    const shown = expected === 'passes' ? route.shows?.(asked) : undefined;
    for (const one of found) if (!shown?.includes(one) && !mayRead(world, user, one)) return { kind: 'leak', what: `${one} is shown` };
    for (const [id] of body.matchAll(UUID)) {
      const ticket = id === asked.target.id || id === asked.target.parent ? undefined : world.byId(id);
      // In the audit log a super admin reads of what lies in the trash, too.
      const isHis = route.needs === 'audit' && user.superAdmin && ticket?.account === user.account;
      if (ticket && !isHis && !world.may(user, 'view', ticket) && !shown?.includes(marker('n', ticket.hex)))
        return { kind: 'leak', what: `${id} is named, a ticket that he may not see` };
    }
    if (expected !== 'passes') {
      const code = /"code":"([^"]*)"/.exec(body)?.[1];
      if (status < 400) return { kind: 'leak', what: `let through instead of ${expected.status} ${expected.code}` };
      if (status !== expected.status || code !== expected.code)
        return { kind: 'wrong answer', what: `${status} ${code} instead of ${expected.status} ${expected.code}` };
      return status === 404 ? this.sameNotFound(body) : undefined;
    }
    const statuses = route.passes(asked);
    if (!statuses.includes(status)) return { kind: 'over-block', what: `${status} instead of ${statuses.join(' or ')}` };
    if (status >= 400) return undefined;
    const missing = shown?.find((one) => !found.has(one));
    if (missing) return { kind: 'over-block', what: `${missing} is not shown` };
    const places = new Set([...(shown ?? []).map(hexOf), asked.target.ticket && route.on ? asked.target.ticket.hex : '']);
    const foreign = shown && [...found].find((one) => kindOf(one) !== 'd' && !places.has(hexOf(one)));
    if (foreign) return { kind: 'wrong answer', what: `${foreign} is shown, which does not belong here` };
    const complaint = route.says?.(JSON.parse(body) as never, asked);
    return complaint === undefined ? undefined : { kind: 'wrong answer', what: complaint };
  }

  private sameNotFound(body: string): { kind: Wrong['kind']; what: string } | undefined {
    const bare = body.replace(/"correlationId":"[^"]*"/, '');
    this.notFound ??= bare;
    return bare === this.notFound ? undefined : { kind: 'leak', what: `a 404 that differs from the others: ${this.notFound}` };
  }
}

/** A draft is its author's; everything else on a ticket is for who sees the ticket. */
function mayRead(world: World, user: Member, found: string): boolean {
  if (kindOf(found) === 'd') {
    const draft = world.drafts.get(hexOf(found));
    return draft !== undefined && draft.user === user.id && world.may(user, 'view', draft.ticket);
  }
  const ticket = world.byHex(hexOf(found));
  return ticket !== undefined && world.may(user, 'view', ticket);
}

const NONE: Target = { id: 'none' };
export function targetsOf(world: World, route: Route): Target[] {
  if (route.on) return world.targets[route.on];
  return route.turns ? world.targets.ticket : [NONE];
}

export function callOf({ operation, query, body, headers, parameters = {} }: Route, asked: Asked): Call {
  const [method, template] = operation.split(' ') as [string, string];
  const { id, parent } = asked.target;
  const ids = parent === undefined ? [id] : [parent, id];
  const path = template.replaceAll(/\{(\w+)\}/g, (_, name: string) => parameters[name] ?? ids.shift() ?? id);
  const search = query?.(asked);
  return {
    method,
    path: search === undefined ? path : `${path}?${search}`,
    body: body === undefined ? undefined : JSON.stringify(body),
    headers,
  };
}
