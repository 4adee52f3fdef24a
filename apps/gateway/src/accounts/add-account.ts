import 'reflect-metadata';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { plainToInstance } from 'class-transformer';
import { validateSync } from 'class-validator';
import {
  ConfigError,
  EVERY_ACCOUNT,
  hashPassword,
  migrate,
  openDatabase,
  readConfig,
  runningDatabase,
  runtimeFor,
  startEmbeddedPostgres,
  type EmbeddedPostgres,
} from '@helpdesk/platform';
import { AuditLog } from '../audit/audit.log.js';
import { insertAccount } from './new-account.js';
import { SetUpDto } from './set-up.dto.js';

const OPTIONS = {
  name: 'accountName',
  'admin-name': 'name',
  'admin-email': 'email',
  'admin-password': 'password',
  'support-address': 'supportAddress',
} as const;

/**
 * `npm run account:add`: a further account in this installation. While the desk runs, its gateway finishes the account within seconds; else
 * the next start does. Gives the account's id. Throws {@link ConfigError} with one line per wrong argument.
 */
export async function addAccount(argv: string[], env: NodeJS.ProcessEnv): Promise<string> {
  const account = readArguments(argv);
  const config = readConfig(env);
  let postgres: EmbeddedPostgres | undefined;
  try {
    const running = config.DATABASE_URL ?? (await runningDatabase(config.DATA_DIR));
    // Else a wrong folder would silently get a desk of its own.
    if (running === undefined && !existsSync(join(config.DATA_DIR, 'postgres')))
      throw new ConfigError([`DATA_DIR: there is no desk in ${config.DATA_DIR}; give the folder of yours, or start it once`]);
    if (running === undefined) postgres = await startEmbeddedPostgres(config.DATA_DIR);
    const runtime = runtimeFor('gateway', env, running ?? postgres?.url);
    await migrate(runtime.databaseUrl, runtime.keys);
    const { database, close } = await openDatabase(runtime);
    try {
      const passwordHash = await hashPassword(account.password);
      return await database.transaction(EVERY_ACCOUNT, (tx) => insertAccount(tx, new AuditLog(database), account, passwordHash));
    } finally {
      await close();
    }
  } finally {
    await postgres?.stop();
  }
}

function readArguments(argv: string[]): SetUpDto {
  const options = Object.fromEntries(Object.keys(OPTIONS).map((name) => [name, { type: 'string' as const }]));
  const { values } = parseArguments(argv, options);
  const given = Object.fromEntries(Object.entries(OPTIONS).map(([option, field]) => [field, values[option]]));
  const account = plainToInstance(SetUpDto, { ...given, name: given.name ?? String(given.email).split('@')[0] });
  const optionOf = Object.fromEntries(Object.entries(OPTIONS).map(([option, field]) => [field, option]));
  const problems = validateSync(account).map(({ property, value, constraints }) => {
    const why = value === undefined ? 'is needed' : Object.values(constraints ?? {})[0];
    return `--${optionOf[property]}: ${why}`;
  });
  if (problems.length > 0) throw new ConfigError(problems);
  return account;
}

function parseArguments(args: string[], options: Record<string, { type: 'string' }>) {
  try {
    return parseArgs({ args, options });
  } catch (error) {
    throw new ConfigError([(error as Error).message]);
  }
}
