import { reportStartFailure } from '@helpdesk/platform';
import { addAccount } from './add-account.js';

try {
  process.stdout.write(`${await addAccount(process.argv.slice(2), process.env)}\n`);
} catch (error) {
  reportStartFailure(error);
}
