import { CAN } from '../model.js';
import type { Member } from '../world.js';
import { ABSENT, count, ok, PAGE, sameAccount, sameIds, seen, status, type Route } from './route.js';

const settings = (operation: string, extra: Partial<Route> = {}): Route => ({ operation, needs: 'settings', passes: ok, ...extra });
export const desk: Route[] = [
  { operation: 'GET /api/v1/pipelines', needs: 'helpdesk', passes: ok, says: (json) => count(json, 1) },
  settings('POST /api/v1/pipelines', { body: { name: 'x', stages: [{ name: 'Done', category: 'closed' }] }, passes: status(422) }),
  settings('PATCH /api/v1/pipelines/{id}', {
    on: 'pipeline',
    isHis: sameAccount,
    body: { rules: { creationStageIds: [ABSENT] } },
    passes: status(422),
  }),
  // It is the default one.
  settings('DELETE /api/v1/pipelines/{id}', { on: 'pipeline', isHis: sameAccount, passes: status(409) }),
  { operation: 'GET /api/v1/properties', needs: 'helpdesk', passes: ok },
  settings('POST /api/v1/properties', { body: { name: 'priority', label: 'x', type: 'text' }, passes: status(422) }),
  { operation: 'GET /api/v1/forms/create-ticket', needs: 'helpdesk', passes: ok },
  settings('PUT /api/v1/forms/create-ticket', { body: { fields: [{ property: 'nothing', required: true }] }, passes: status(422) }),
  ...(['business-hours', 'sla-policies'] as const).flatMap((path): Route[] => {
    const kind = path === 'sla-policies' ? 'slaPolicy' : 'businessHours';
    return [
      { operation: `GET /api/v1/${path}`, needs: 'helpdesk', passes: ok, says: (json) => count(json, 1) },
      settings(`POST /api/v1/${path}`, { body: { name: ' ' }, passes: status(422) }),
      settings(`PATCH /api/v1/${path}/{id}`, { on: kind, isHis: sameAccount, body: { name: ' ' }, passes: status(422) }),
      // The hours are those of the policy.
      settings(`DELETE /api/v1/${path}/{id}`, {
        ...{ on: kind, isHis: sameAccount, passes: status(409), isHarmless: () => kind === 'businessHours' },
      }),
    ];
  }),
  settings('POST /api/v1/sla-policies/preview', {
    body: { position: 0 },
    says: ({ open }: { open: number }, asked) => {
      const expected = seen(asked, ({ isClosed }) => !isClosed).length;
      return open === expected ? undefined : `counts ${open} open tickets instead of ${expected}`;
    },
  }),
  settings('GET /api/v1/channels', {
    says: (json, { world, user }) => count(json, world.targets.channel.filter((c) => c.account === user.account).length),
  }),
  settings('POST /api/v1/channels', { body: { type: 'nonsense', name: 'x' }, passes: status(422) }),
  settings('GET /api/v1/channels/{id}', { on: 'channel', isHis: sameAccount }),
  settings('PATCH /api/v1/channels/{id}', { on: 'channel', isHis: sameAccount, body: { pipelineId: ABSENT }, passes: status(422) }),
  settings('DELETE /api/v1/channels/{id}', { on: 'channel', isHis: sameAccount, isHarmless: () => false }),
  settings('POST /api/v1/channels/{id}/test', { on: 'channel', isHis: sameAccount }),
  settings('GET /api/v1/quarantine', { says: (json) => count(json, 0) }),
  settings('GET /api/v1/quarantine/{id}/raw', { on: 'quarantine', isHis: sameAccount }),
  settings('POST /api/v1/quarantine/{id}/replay', { on: 'quarantine', isHis: sameAccount }),
  settings('GET /api/v1/account'),
  settings('GET /api/v1/oidc', { passes: status(404) }),
  { operation: 'PUT /api/v1/oidc', body: {}, needs: 'super_admin', passes: status(422) },
  { operation: 'DELETE /api/v1/oidc', needs: 'super_admin', passes: status(204, 404) },
  settings('PATCH /api/v1/account', { body: { seatReply: 'x' }, passes: status(422) }),
  {
    operation: 'GET /api/v1/audit',
    query: () => PAGE,
    needs: 'audit',
    passes: ok,
    says: (json, { world, user }) =>
      sameIds(
        json,
        world.audit.filter(
          (line) => line.account === user.account && (!line.ticket || user.superAdmin || world.may(user, 'view', line.ticket)),
        ),
      ),
  },
];

const manages = (u: Member) => CAN.users(u);
const users = (operation: string, extra: Partial<Route> = {}): Route => ({ operation, needs: 'users', passes: ok, ...extra });
export const people: Route[] = [
  {
    operation: 'GET /api/v1/users',
    query: () => PAGE,
    needs: 'helpdesk',
    passes: ok,
    // Who does not manage users gets the active ones, without their rights.
    says: (json: { items: { id: string; seat?: string }[] }, { world, user }) =>
      json.items.some(({ seat }) => (seat !== undefined) !== manages(user))
        ? 'shows or hides rights wrongly'
        : sameIds(
            json,
            world.everybody.filter((one) => one.account === user.account && (one.active || manages(user))),
          ),
  },
  users('POST /api/v1/users', { body: {}, passes: status(422) }),
  {
    operation: 'GET /api/v1/users/{id}',
    needs: 'helpdesk',
    on: 'user',
    isHis: (asked) => sameAccount(asked) && (manages(asked.user) || asked.world.member(asked.target.id)?.active === true),
    passes: ok,
  },
  users('PATCH /api/v1/users/{id}', { on: 'user', isHis: sameAccount, body: { teamIds: [ABSENT] }, passes: status(422) }),
  users('POST /api/v1/users/{id}/invitation', { on: 'user', isHis: sameAccount, isHarmless: () => false }),
  users('DELETE /api/v1/users/{id}/totp', { on: 'user', isHis: sameAccount, isHarmless: () => false }),
  {
    operation: 'GET /api/v1/teams',
    query: () => PAGE,
    needs: 'helpdesk',
    passes: ok,
    says: (json, { world, user }) =>
      sameIds(
        json,
        world.targets.team.filter((team) => team.account === user.account),
      ),
  },
  users('POST /api/v1/teams', { body: {}, passes: status(422) }),
  users('PATCH /api/v1/teams/{id}', { on: 'team', isHis: sameAccount, body: { memberIds: [ABSENT] }, passes: status(422) }),
  users('DELETE /api/v1/teams/{id}', { on: 'team', isHis: sameAccount, isHarmless: () => false }),
];

export const himself: Route[] = [
  { operation: 'GET /api/v1/me', needs: 'signed_in', passes: ok },
  {
    operation: 'GET /api/v1/api-keys',
    needs: 'signed_in',
    passes: ok,
    says: (json, { world, user }) =>
      sameIds(
        json,
        world.targets.apiKey.filter((key) => key.user === user.id),
      ),
  },
  { operation: 'POST /api/v1/api-keys', body: { name: '' }, needs: 'signed_in', passes: status(422) },
  {
    operation: 'DELETE /api/v1/api-keys/{id}',
    needs: 'signed_in',
    on: 'apiKey',
    isHis: ({ target, user }) => target.user === user.id,
    passes: status(204),
    isHarmless: () => false,
  },
  { operation: 'GET /api/v1/me/availability', needs: 'helpdesk', passes: ok },
  { operation: 'PUT /api/v1/me/availability', body: { state: 'x' }, needs: 'helpdesk', passes: status(422) },
  { operation: 'GET /api/v1/notification-preferences', needs: 'helpdesk', passes: ok },
  { operation: 'PUT /api/v1/notification-preferences', body: { autoFollow: { onReply: 'x' } }, needs: 'helpdesk', passes: status(422) },
  { operation: 'PUT /api/v1/me/password', body: {}, needs: 'signed_in', passes: status(422) },
  { operation: 'POST /api/v1/me/totp', needs: 'signed_in', passes: status(201) },
  { operation: 'POST /api/v1/me/totp/confirm', body: { code: '' }, needs: 'signed_in', passes: status(422) },
  { operation: 'DELETE /api/v1/me/totp', body: {}, needs: 'signed_in', passes: status(422) },
  { operation: 'POST /api/v1/password-resets', body: {}, needs: 'public', passes: status(422) },
  {
    operation: 'POST /api/v1/password-resets/{token}',
    body: { password: 'correct horse battery staple' },
    needs: 'public',
    passes: status(404),
  },
  { operation: 'GET /api/v1/session/oidc', needs: 'public', passes: status(422) },
  { operation: 'GET /api/v1/session/oidc/callback', needs: 'public', passes: status(302) },
  { operation: 'POST /api/v1/session', body: {}, needs: 'public', passes: status(422) },
  { operation: 'DELETE /api/v1/session', needs: 'public', passes: status(204) },
  { operation: 'POST /api/v1/setup', body: {}, needs: 'public', passes: status(422) },
  // A user's key is no token of a channel.
  { operation: 'POST /api/v1/ingest/{channelId}', body: { v: 1 }, needs: 'public', on: 'channel', passes: status(401, 404) },
  { operation: 'POST /api/v1/ingest/{channelId}/receipts', body: { v: 1 }, needs: 'public', on: 'channel', passes: status(401, 404) },
];
