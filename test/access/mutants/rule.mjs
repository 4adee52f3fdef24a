// The rule, and who asks for it.
import { everywhere, named } from './find.mjs';

/** Each clause of the rule, in memory and as SQL: taken away, and made true. */
export function rule(sources) {
  const file = 'libs/access/src/ticket-scope.ts';
  const memory = [
    ['the account', 'if (facts.accountId !== scope.accountId) return null;', ''],
    ['super admin away', "if (scope.isSuperAdmin) return 'super_admin';\n  return rule", 'return rule'],
    ['scope none', "if (rule.scope === 'none') return null;", ''],
    ['scope all away', "if (rule.scope === 'all') return 'all';", ''],
    ['owner away', "if (ownerId === scope.userId) return 'owner';", ''],
    ['owner true', "if (ownerId === scope.userId) return 'owner';", "return 'owner';"],
    ['team away', "if (rule.scope === 'team' && isInTeam) return 'team';", ''],
    ['team without its scope', "if (rule.scope === 'team' && isInTeam) return 'team';", "if (isInTeam) return 'team';"],
    ['team of anybody', 'const isInTeam = teamId !== null && scope.teamIds.includes(teamId);', 'const isInTeam = teamId !== null;'],
    ['teammate away', "if (rule.scope === 'team' && ownerId !== null && scope.teammateIds.includes(ownerId)) return 'teammate';", ''],
    ['teammate true', '&& scope.teammateIds.includes(ownerId)) return', ') return'],
    [
      'unassigned away',
      "return rule.unassigned && ownerId === null && (teamId === null || isInTeam) ? 'unassigned' : null;",
      'return null;',
    ],
    ['unassigned without being asked', 'return rule.unassigned && ownerId === null', 'return ownerId === null'],
    ['unassigned of any team', '&& ownerId === null && (teamId === null || isInTeam) ?', '&& ownerId === null ?'],
    ['unassigned with an owner', 'rule.unassigned && ownerId === null && (', 'rule.unassigned && ('],
    ['shares away', "(facts.shares.some((share) => isOpen(scope, share, now)) ? 'share' : null)", 'null'],
    [
      'shares of anybody',
      "(facts.shares.some((share) => isOpen(scope, share, now)) ? 'share' : null)",
      "(facts.shares.length > 0 ? 'share' : null)",
    ],
    ['shares that have ended', 'return isHis && (expiresAt === null || new Date(expiresAt) > now);', 'return isHis;'],
  ];
  const sql = [
    [
      'the account',
      'const conditions = [`${alias}.account_id = ${add(scope.accountId)}::uuid`];',
      'const conditions = [`${add(scope.accountId)}::uuid IS NOT NULL`];',
    ],
    ['super admin away', "if (scope.isSuperAdmin) return conditions.join(' AND ');", ''],
    ['view true', 'const rule = ruleToSql(scope, scope.view, alias, add);', "const rule = 'true';"],
    ['the rest of the rule for changes', "if (action !== 'view') conditions.push(ruleToSql(scope, scope[action], alias, add));", ''],
    ['scope none', "if (rule.scope === 'none') return 'false';", ''],
    ['scope all away', "if (rule.scope === 'all') return 'true';", ''],
    ['owner away', 'const clauses = [`${alias}.owner_id = ${add(scope.userId)}::uuid`];', "const clauses = ['false'];"],
    [
      'owner true',
      'const clauses = [`${alias}.owner_id = ${add(scope.userId)}::uuid`];',
      'const clauses = [`${alias}.owner_id IS NOT NULL`];',
    ],
    ['team away', 'clauses.push(inTeam(), `', 'clauses.push(`'],
    [
      'team of anybody',
      'const inTeam = () => `${alias}.team_id = ANY (${add(scope.teamIds)}::uuid[])`;',
      'const inTeam = () => `${alias}.team_id IS NOT NULL`;',
    ],
    ['team and teammate without their scope', "if (rule.scope === 'team') clauses", 'if (scope.teamIds) clauses'],
    ['teammate away', 'clauses.push(inTeam(), `${alias}.owner_id = ANY (${add(scope.teammateIds)}::uuid[])`);', 'clauses.push(inTeam());'],
    ['teammate true', '`${alias}.owner_id = ANY (${add(scope.teammateIds)}::uuid[])`', '`${alias}.owner_id IS NOT NULL`'],
    ['unassigned away', 'if (rule.unassigned) clauses', 'if (!rule) clauses'],
    ['unassigned without being asked', 'if (rule.unassigned) clauses', 'clauses'],
    ['unassigned of any team', '(${alias}.owner_id IS NULL AND (${alias}.team_id IS NULL OR ${inTeam()}))', '(${alias}.owner_id IS NULL)'],
    ['unassigned with an owner', '(${alias}.owner_id IS NULL AND (', '(('],
    ['shares away', '`(${rule} OR ${shareToSql(scope, alias, add)})`', '`(${rule})`'],
    ['shares of anybody', 'AND ${his}))`', 'AND (${his} OR true)))`'],
    ['shares of users away', '(s.user_id = ${add(scope.userId)}::uuid OR s.team_id', '(s.team_id'],
    [
      'shares of teams away',
      's.user_id = ${add(scope.userId)}::uuid OR s.team_id = ANY (${add(scope.teamIds)}::uuid[])',
      's.user_id = ${add(scope.userId)}::uuid',
    ],
    ['shares that have ended', ' AND (s.expires_at IS NULL OR s.expires_at > now())', ''],
  ];
  const units = ['libs/access/src/ticket-scope.spec.ts', 'libs/access/src/ticket-scope.int-spec.ts'];
  return [
    ...named(sources, file, 'rule in memory', memory, { units }),
    ...named(sources, file, 'rule as SQL', sql, { alone: true, units }),
  ];
}

/** Each query of tickets, as if a super admin of the account asked. */
export const scopes = (sources) =>
  everywhere(
    sources,
    /^apps\/tickets\/src\//,
    /scope(?:Parts)?ToSql\(scope, /g,
    'query without its scope',
    ([text]) => text.replace('(scope, ', '({ ...scope, isSuperAdmin: true }, '),
    {
      alone: true,
    },
  );

/** Each call to tickets that decides by the scope of the asking person, made in the name of a super admin. */
const SCOPED = [
  'ListTickets',
  'SearchTickets',
  'GetTicket',
  'AuthorizeTicket',
  'TicketHistory',
  'VisibleTickets',
  'CountViews',
  'GetTicketAccess',
  'ListShares',
  'FollowTicket',
  'DeleteTicket',
  'RestoreTicket',
  'MergeTickets',
  'GetOperation',
  'UndoOperation',
  'RemoveShare',
];
const asSuperAdmin = (text) => text.replace('actorFor(me)', 'actorFor({ ...me, isSuperAdmin: true })');
/** The gateway asks before it looks at fields, tickets asks again with the change: both questions have to go. */
const TWICE = ['PatchTicket', 'AddShare'];
export function askers(sources) {
  const gateway = /^apps\/gateway\/src\//;
  // One by one, so that a call that is gone is missed.
  const once = SCOPED.flatMap((name) =>
    everywhere(sources, gateway, new RegExp(`rpc\\.call\\(${name}, actorFor\\(me\\)`, 'g'), 'asked as a super admin', ([text]) =>
      asSuperAdmin(text),
    ),
  );
  const twice = TWICE.flatMap((name) =>
    everywhere(
      sources,
      gateway,
      new RegExp(
        `rpc\\.call\\(AuthorizeTicket, actorFor\\(me\\)(?:(?!rpc\\.call\\(AuthorizeTicket)[^])*?rpc\\.call\\(${name}, actorFor\\(me\\)`,
        'g',
      ),
      'asked as a super admin, both times',
      ([text]) => asSuperAdmin(asSuperAdmin(text)),
    ),
  );
  return [...once, ...twice];
}

/** Each right to change, where only sight is asked for. A question that is asked twice goes in both places. */
export function actions(sources) {
  const controller = 'apps/gateway/src/tickets/tickets.controller.ts';
  const service = 'apps/tickets/src/tickets/tickets.service.ts';
  const [patchAsks] = named(sources, controller, '', [
    ['', "{ id, action: 'edit' });\n    if (body.ownerId)", "{ id, action: 'view' });\n    if (body.ownerId)"],
  ]);
  const [patchDoes] = named(sources, service, '', [['', "this.change(scope, args.id, 'edit', ", "this.change(scope, args.id, 'view', "]]);
  const operations = 'apps/gateway/src/operations/operations.controller.ts';
  const edit = (what, file, ...changes) => named(sources, file, 'right to change', [[what, ...changes]]);
  return [
    { name: 'right to change: PATCH before its fields are looked at', edits: patchAsks.edits },
    { name: 'right to change: PATCH altogether', edits: [...patchAsks.edits, ...patchDoes.edits] },
    ...edit('replies', controller, "action: 'edit', moveToStageId", "action: 'view', moveToStageId"),
    ...everywhere(
      sources,
      /gateway\/src\/messages\//,
      /this\.grant\(me, messageId, 'edit'\)/g,
      'right to change',
      () => "this.grant(me, messageId, 'view')",
    ),
    ...edit('drafts of replies', 'apps/gateway/src/drafts/drafts.controller.ts', "action: isReply ? 'edit' : 'view'", "action: 'view'"),
    ...edit(
      'shares, before their fields are looked at',
      'apps/gateway/src/access/ticket-access.controller.ts',
      "action: 'edit'",
      "action: 'view'",
    ),
    ...edit(
      'shares, ended',
      'apps/tickets/src/sharing/sharing.service.ts',
      "this.tickets.change(scope, id, 'edit', ",
      "this.tickets.change(scope, id, 'view', ",
    ),
    ...edit('split', operations, "{ id, action: 'edit' });\n    // One request", "{ id, action: 'view' });\n    // One request"),
    ...edit(
      'merge',
      'apps/tickets/src/operations/merge.service.ts',
      "this.tickets.mayDo(scope, id, 'edit', tx)",
      "this.tickets.mayDo(scope, id, 'view', tx)",
    ),
    ...edit('rethread', operations, "id: home.ticketId, action: 'edit'", "id: home.ticketId, action: 'view'"),
    ...edit(
      'delete',
      'apps/tickets/src/trash/trash.service.ts',
      "this.tickets.change(scope, id, 'delete', ",
      "this.tickets.change(scope, id, 'view', ",
    ),
    ...edit(
      'restore',
      'apps/tickets/src/trash/trash.service.ts',
      "inScope(scope, 'delete', id, tx, ['trash', 'spam'])",
      "inScope(scope, 'view', id, tx, ['trash', 'spam'])",
    ),
    ...edit(
      'restore what is not in the trash',
      'apps/tickets/src/trash/trash.service.ts',
      "inScope(scope, 'delete', id, tx, ['trash', 'spam'])",
      "inScope(scope, 'delete', id, tx, ['desk', 'trash'])",
    ),
    ...named(sources, 'apps/tickets/src/listing/listing.service.ts', 'right to change', [
      ['trash, listed', "isRemoved(args.view) ? 'delete' : 'view', 't'", "'view', 't'"],
      ['trash, listed elsewhere', "...(isRemoved(args.view) ? [] : ['t.deleted_at IS NULL']),", ''],
    ]),
    ...named(sources, 'apps/tickets/src/listing/counters.ts', 'right to change', [
      ['trash, counted', "actionToSql(scope, 'delete', row, add) : 'false'", "'true' : 'false'"],
    ]),
    ...named(sources, 'apps/tickets/src/tickets/ticket.repository.ts', 'right to change', [
      ['a deleted ticket is there', "(where === 'desk' ? 't.deleted_at IS NULL' :", "(where === 'desk' ? 'true' :"],
    ]),
  ];
}
