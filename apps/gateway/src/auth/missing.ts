import { forbidden } from '@helpdesk/platform';
import type { Capability } from './capabilities.rules.js';

/** 403 whose code names what the asker's seat or rights lack. */
export const missing = (capability: Capability) =>
  forbidden(`missing_${capability.replaceAll('.', '_')}`, `Your seat or rights do not include ${capability}.`);
