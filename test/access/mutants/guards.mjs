// What decides beside the rule.
import { everywhere, named } from './find.mjs';

/** Each declared access, weakened to anybody who is signed in. */
export const routes = (sources) =>
  everywhere(sources, /^apps\/gateway\/src\/.*\.controller\.ts$/, /@Access\('([\w.]+)'/g, 'route', ([, access]) =>
    ['public', 'signed_in'].includes(access) ? undefined : "@Access('signed_in'",
  );

/** Each guard beside the rule. */
export function guards(sources) {
  const at = (file, ...list) => named(sources, `apps/gateway/src/${file}`, `guard ${file.split('/').pop()}`, list);
  return [
    ...at(
      'auth/auth.guard.ts',
      ['pages of other sites', 'if (isFromBrowser(request) && !isSafe(request)) this.checkOrigin(request);', ''],
      ['nobody is signed in', 'if (!principal || access === undefined) throw unauthenticated();', 'if (!principal) return true;'],
      ['super admin', "if (!principal.isSuperAdmin) throw forbidden('not_super_admin', 'Only a super admin may do this.');", ''],
      ['a way into the help desk', 'if (!hasHelpdesk(principal))', 'if (!principal)'],
      ['the capability', 'if (!capabilitiesOf(principal).includes(access))', 'if (!principal)'],
    ),
    ...at('start.ts', ['who asked a moment ago, after a change', 'if (!isSafe(request)) recent.forget();', '']),
    ...at('auth/recent-principals.ts', ['who asked long ago', 'readAt - recent.readAt < MAX_AGE_MS', 'recent.readAt']),
    ...everywhere(sources, /gateway\/src\/auth\/auth\.repository\.ts$/, / AND u\.active(?! AND \(\$2)/g, 'guard: active', () => ''),
    ...at(
      'auth/auth.repository.ts',
      // Asked at signing in and again when the session begins.
      [
        'who signs in is active',
        'AND u.active AND ($2::uuid IS NULL',
        'AND ($2::uuid IS NULL',
        'AND id = $3 AND active AND ($4',
        'AND id = $3 AND ($4',
      ],
      ['idle sessions', "s.last_seen_at > now() - interval '${IDLE_HOURS} hours' AND", ''],
      ['old sessions', " AND s.created_at > now() - interval '${ABSOLUTE_HOURS} hours'", ''],
    ),
    ...at(
      'auth/origin.rules.ts',
      ['any origin', 'return origin === new URL(publicUrl).origin || hostOf(origin) === host;', 'return hostOf(origin) !== publicUrl;'],
      [
        'sites that name no origin',
        "return fetchSite === undefined || fetchSite === 'same-origin' || fetchSite === 'none';",
        'return true;',
      ],
    ),
    ...at(
      'access/access.service.ts',
      [
        'mentions of anybody',
        'const users = await this.users.ofAccount(me.accountId, userIds);\n',
        'const users = await this.users.ofAccount(me.accountId, userIds);\n    if (userIds.length < 99) return users;\n',
      ],
      ['who is not active has access', "if (!user.isActive) return { userId, allowed: false, clause: 'inactive' };", ''],
      [
        'who is not in the help desk has access',
        "if (!hasHelpdesk(user)) return { userId, allowed: false, clause: 'no_helpdesk_access' };",
        '',
      ],
    ),
    ...at(
      'access/references.ts',
      ['users who are not active or not in the help desk', 'user.isActive && hasHelpdesk(user)', 'user.isActive !== undefined'],
      ['users who are not in the help desk', 'user.isActive && hasHelpdesk(user)', 'user.isActive'],
      ['users who are not there', 'if (!(await this.knownAgents(me, [userId])).has(userId)) throw', 'if (!me) throw'],
      ['teams that are not there', 'if (!(await this.knownTeams(me, [teamId])).has(teamId)) throw', 'if (!me) throw'],
      ['users in lists who are not there', 'unknownIds(pointer, userIds, known)', 'unknownIds(pointer, userIds, new Set(userIds))'],
    ),
    ...at('tickets/tickets.controller.ts', ['views of other seats', 'if (lack) throw missing(lack);', '']),
    ...at('access/visible-page.ts', [
      'what was told of tickets',
      'if (ticketId === null || visible.includes(ticketId)) found.push(item);',
      'found.push(item);',
    ]),
    ...at('audit/audit.controller.ts', [
      'lines of any ticket',
      'me.isSuperAdmin ? null : (/^ticket\\/(.+)$/.exec(subject)?.[1] ?? null)',
      'subject ? null : null',
    ]),
    ...at('attachments/attachments.controller.ts', ['uploads of others', 'else if (file.uploadedBy !== me.userId) throw notFound();', '']),
    ...at('drafts/drafts.controller.ts', [
      'drafts of replies by who may not reply',
      "if (isReply && !capabilitiesOf(me).includes('ticket.reply'))",
      'if (!isReply && !me)',
    ]),
    ...at(
      'users/users.service.ts',
      [
        'users who are not active, to everybody',
        'if (!user || !(user.active || isAdmin)) throw notFound();',
        'if (!user) throw notFound();',
      ],
      ['lists of users who are not active', 'cursor, !isAdmin)', 'cursor, false)'],
      ['rights of others', 'return isFull ? user : { id, email, name, active, teamIds, availability };', 'return user;'],
      ['refusals', 'if (errors.length > 0) throw invalid(errors);', ''],
    ),
    ...at('idempotency/repeated-access.ts', ['kept answers', 'await rpc.call(AuthorizeTicket', 'if (!me) await rpc.call(AuthorizeTicket']),
    ...named(sources, 'apps/tickets/src/operations/operations.repository.ts', 'guard operations', [
      ['operations of others', '(o.made_by = $3 OR $4)', '($3::uuid IS NOT NULL OR $4)'],
      ['operations of others to no super admin', '(o.made_by = $3 OR $4)', '(o.made_by = $3 OR $4 IS NULL)'],
    ]),
    ...named(sources, 'apps/conversations/src/drafts/drafts.service.ts', 'guard drafts', [
      [
        'drafts of others',
        "WHERE account_id = $1 AND ticket_id = $2 AND user_id = $3',\n      [accountId",
        "WHERE account_id = $1 AND ticket_id = $2 AND $3::uuid IS NOT NULL',\n      [accountId",
      ],
    ]),
    ...named(sources, 'apps/notifications/src/notifications.service.ts', 'guard notifications', [
      ['lists of others', 'account_id = $1 AND user_id = $2 AND ($3', 'account_id = $1 AND $2::uuid IS NOT NULL AND ($3'],
      // Looked at, then marked: the same question twice.
      [
        'those of others',
        "account_id = $1 AND user_id = $2 AND id = $3',",
        "account_id = $1 AND $2::uuid IS NOT NULL AND id = $3',",
        'account_id = $1 AND user_id = $2 AND id = $3 RETURNING',
        'account_id = $1 AND $2::uuid IS NOT NULL AND id = $3 RETURNING',
      ],
    ]),
    ...everywhere(
      sources,
      /gateway\/src\/api-keys\//,
      /AND user_id = \$(\d)/g,
      'guard: keys of others',
      ([, n]) => `AND $${n}::uuid IS NOT NULL`,
    ),
    ...named(sources, 'apps/gateway/src/live/live.rules.ts', 'guard live', [
      ['events of any ticket', "facts !== null && scopeMatches(scope, 'view', facts, now)", 'facts !== null && now !== null'],
    ]),
    ...named(sources, 'apps/gateway/src/live/live-server.ts', 'guard live', [
      [
        'nobody is signed in',
        "if (!principal) throw new Refused('not_signed_in');\n    if (!hasHelpdesk(principal)) throw new Refused('no_helpdesk_access');",
        "if (!principal) throw new Refused('not_signed_in');",
      ],
      ['own events of any ticket', 'const actor = actorFor(principal);', 'const actor = actorFor({ ...principal, isSuperAdmin: true });'],
    ]),
    ...named(sources, 'apps/gateway/src/live/connections.ts', 'guard live', [
      ['rights that have changed', 'connection.renew(principal, readAt)', 'void readAt'],
    ]),
  ];
}

/** Each row of the table of capabilities, given to everybody; and what the rows are made of. */
export function capabilities(sources) {
  const file = 'apps/gateway/src/auth/capabilities.rules.ts';
  const rows = everywhere(
    sources,
    /auth\/capabilities\.rules\.ts$/,
    /^ {4}\['([\w.]+)', (?!true\]).*\],$/gm,
    'capability',
    ([, name]) => `    ['${name}', true],`,
  );
  return [
    ...rows,
    ...named(sources, file, 'capability', [
      ['help desk for all', "p.isSuperAdmin || p.seat === 'service' || p.access.length > 0;", 'p.seat.length > 0;'],
      ['help desk not by a Service seat', "p.seat === 'service' || p.access.length > 0;", 'p.access.length > 0;'],
      ['help desk not by access', ' || p.access.length > 0;', ';'],
      ['every seat is Service', "const isService = p.isSuperAdmin || p.seat === 'service';", 'const isService = true;'],
      ['view-only works', "const works = p.isSuperAdmin || p.seat !== 'view_only';", 'const works = true;'],
      ['rights are not asked for', 'p.isSuperAdmin || (isService && p.rights.includes(right))', 'p.isSuperAdmin || isService'],
      ['rights without the seat', '(isService && p.rights.includes(right))', 'p.rights.includes(right)'],
      ['edit with scope none', "works && (p.isSuperAdmin || p.ticketAccess.edit.scope !== 'none')", 'works'],
      ['delete with scope none', "&& (p.isSuperAdmin || p.ticketAccess.delete.scope !== 'none')", ''],
      ['delete by every seat', "(isService || p.seat === 'sales') && (", 'works && ('],
      ['delete not by Sales', "(isService || p.seat === 'sales') && (", 'isService && ('],
      ['seatReply', '(isService || p.seatReply)', 'true'],
      ['views: Unassigned', "unassigned: ['views.all']", 'unassigned: []'],
      ['views: Assigned to me', "mine: ['views.all']", 'mine: []'],
      ['views: My mentions', "mentions: ['views.own']", 'mentions: []'],
      ['views: Following', "following: ['views.own']", 'following: []'],
      ['views: All closed', "all_closed: ['views.all']", 'all_closed: []'],
      ['views: Drafts', "drafts: ['views.all']", 'drafts: []'],
      ['views: Scheduled', "scheduled: ['views.all']", 'scheduled: []'],
      ['views: Spam, by its first need', "spam: ['views.all', 'ticket.delete']", "spam: ['ticket.delete']"],
      ['views: Spam, by its second need', "spam: ['views.all', 'ticket.delete']", "spam: ['views.all']"],
      ['views: Trash, by its first need', "trash: ['views.all', 'ticket.delete']", "trash: ['ticket.delete']"],
      ['views: Trash, by its second need', "trash: ['views.all', 'ticket.delete']", "trash: ['views.all']"],
    ]),
  ];
}

/** Each look-up that people's ids reach and that no other question follows, with the account left out. */
export const accounts = (sources) =>
  everywhere(
    sources,
    /^apps\/(gateway\/src\/(users|teams|tickets|access|audit|channels)|channels\/src\/(channel-accounts|quarantine)|conversations\/src\/contacts\/(contacts|companies)|tickets\/src\/(views|operations\/operations\.repository))/,
    /(SELECT (?:(?!UPDATE|DELETE|INSERT)[^`;])*?|\$\{\w+\} WHERE )\b(?:\w\.)?account_id = \$(\d)(?=[ '`])/g,
    'account left out',
    ([, before, n]) => `${before}$${n}::uuid IS NOT NULL`,
    { alone: true },
  );
