import { normaliseAddress, type CompanyFields, type ContactFields } from '@helpdesk/contracts';
import type { FieldProblem } from '@helpdesk/platform';
import { isEmail } from 'class-validator';
import { isFreeMail } from '../threading/threading.rules.js';

const isPhone = (value: string) => /^\+?\d{3,20}$/.test(value);

export function contactProblems({ name, addresses }: ContactFields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name !== undefined && name.trim() === '') problems.push({ pointer: '/name', code: 'required', detail: 'must not be blank' });
  const seen = new Set<string>();
  for (const [i, address] of (addresses ?? []).entries()) {
    const { kind } = address;
    const value = normaliseAddress(kind, address.value);
    const pointer = `/addresses/${i}/value`;
    if (kind === 'email' && !isEmail(value, { require_tld: false }))
      problems.push({ pointer, code: 'wrong_value', detail: 'is no e-mail address' });
    if (kind === 'phone' && !isPhone(value)) problems.push({ pointer, code: 'wrong_value', detail: 'is no phone number' });
    if (value === '') problems.push({ pointer, code: 'required', detail: 'must not be blank' });
    if (seen.has(`${kind} ${value}`)) problems.push({ pointer, code: 'duplicate', detail: 'is in the list already' });
    seen.add(`${kind} ${value}`);
  }
  return problems;
}

export function companyProblems({ name, domains }: CompanyFields): FieldProblem[] {
  const problems: FieldProblem[] = [];
  if (name !== undefined && name.trim() === '') problems.push({ pointer: '/name', code: 'required', detail: 'must not be blank' });
  for (const [i, domain] of (domains ?? []).entries()) {
    const pointer = `/domains/${i}`;
    if (isFreeMail(domain)) problems.push({ pointer, code: 'free_mail', detail: 'is where everybody has an address' });
    if (domains?.indexOf(domain) !== i) problems.push({ pointer, code: 'duplicate', detail: 'is in the list already' });
  }
  return problems;
}
