import { Api, type Desk } from '@helpdesk/testing';

export interface Person {
  id: string;
  api: Api;
}

const PASSWORD = 'correct horse battery staple';
const scope = (view: string, edit = view, unassigned = false) => ({
  view: { scope: view, unassigned },
  edit: { scope: edit, unassigned },
  delete: { scope: 'none', unassigned: false },
});

/** A user made by the admin, and he himself with a key of his own. */
export async function makePerson(desk: Desk, admin: Api, name: string, rights: Record<string, unknown> = {}): Promise<Person> {
  const email = `${name}@people.test`;
  const fields = { seat: 'service', superAdmin: false, access: [], ticketAccess: scope('own'), rights: [], teamIds: [], active: true };
  const { id } = await admin.post<{ id: string }>('/users', { email, name, password: PASSWORD, ...fields, ...rights });
  const signedIn = await Api.signIn(desk.url, email, PASSWORD);
  const { key } = await signedIn.post<{ key: string }>('/api-keys', { name: 'test' });
  return { id, api: Api.withKey(desk.url, key) };
}

export { scope as ticketAccess };
