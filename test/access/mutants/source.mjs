// What is taken away from the code, one thing at a time. Found in the sources themselves, so that new routes, queries and guards are in the
// list by themselves; what no pattern finds is named by its text, and a text that is gone fails the run.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gone } from './find.mjs';
import { accounts, capabilities, guards, routes } from './guards.mjs';
import { actions, askers, rule, scopes } from './rule.mjs';

export function sourceMutants(root) {
  gone.length = 0;
  const sources = new Map();
  for (const top of ['apps', 'libs'])
    for (const entry of readdirSync(join(root, top), { recursive: true })) {
      const file = join(top, entry);
      if (file.endsWith('.ts') && file.includes('/src/') && !file.endsWith('spec.ts') && !file.includes('node_modules'))
        sources.set(file, readFileSync(join(root, file), 'utf8'));
    }
  const list = [
    ...routes(sources),
    ...rule(sources),
    ...scopes(sources),
    ...askers(sources),
    ...actions(sources),
    ...guards(sources),
    ...capabilities(sources),
    ...accounts(sources),
  ];
  if (gone.length > 0) throw new Error(`the code has changed, adjust test/access/mutants:\n${gone.join('\n')}`);
  return list;
}
