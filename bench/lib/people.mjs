// Users, teams and keys of the desk under the bench, made by SQL as its owner.
import { createHash, randomUUID } from 'node:crypto';

const NOTHING = {
  view: { scope: 'own', unassigned: false },
  edit: { scope: 'own', unassigned: false },
  delete: { scope: 'none', unassigned: false },
};

/** Agents who see their own tickets, each in one of the teams. `members[i]` is the team of `ids[i]`. */
export async function seedPeople(client, account, { users, teams: count }) {
  const ids = Array.from({ length: users }, () => randomUUID());
  const teams = Array.from({ length: count }, () => randomUUID());
  const members = ids.map((_, i) => teams[i % count]);
  await client.query("INSERT INTO gateway.team (account_id, id, name) SELECT $1, t, 'Team ' || t FROM unnest($2::uuid[]) t", [
    account,
    teams,
  ]);
  await client.query(
    `INSERT INTO gateway.desk_user (account_id, id, email, name, seat, ticket_access)
     SELECT $1, u, u || '@bench.test', 'User ' || u, 'service', $3 FROM unnest($2::uuid[]) u`,
    [account, ids, JSON.stringify(NOTHING)],
  );
  await client.query(
    'INSERT INTO gateway.team_member (account_id, team_id, user_id) SELECT $1, t, u FROM unnest($2::uuid[], $3::uuid[]) x (t, u)',
    [account, members, ids],
  );
  return { ids, teams, members };
}

/** Lets a user see, change and delete what `rule` covers, and gives a key of his. */
export async function keyFor(client, account, user, rule) {
  const key = `hd_${randomUUID()}`;
  await client.query('UPDATE gateway.desk_user SET ticket_access = $3 WHERE account_id = $1 AND id = $2', [
    account,
    user,
    JSON.stringify({ view: rule, edit: rule, delete: rule }),
  ]);
  await client.query("INSERT INTO gateway.api_key (account_id, id, user_id, name, key_hash) VALUES ($1, $2, $3, 'bench', $4)", [
    account,
    randomUUID(),
    user,
    createHash('sha256').update(key).digest(),
  ]);
  return key;
}
