import { runtimeFor } from '../lifecycle/runtime.js';
import { reportStartFailure } from '../lifecycle/start-failure.js';
import { migrate } from './migrate.js';

try {
  const runtime = runtimeFor('gateway', process.env);
  const applied = await migrate(runtime.databaseUrl, runtime.keys);
  process.stdout.write(applied.length > 0 ? `applied ${applied.join(', ')}\n` : 'nothing to apply\n');
} catch (error) {
  reportStartFailure(error);
}
