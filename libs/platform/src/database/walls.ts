import type { DataSource } from 'typeorm';
import { SERVICES } from '@helpdesk/contracts';
import { ConfigError } from '../config/desk-config.js';

interface Standing {
  role: string;
  is_above: boolean;
  owns: boolean;
  fsync: string;
  full_page_writes: string;
  synchronous_commit: string;
}

const STANDING = `
  SELECT current_user AS role,
    EXISTS (SELECT 1 FROM pg_roles o WHERE pg_has_role(current_user, o.oid, 'MEMBER') AND (o.rolsuper OR o.rolbypassrls)) AS is_above,
    EXISTS (SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
            WHERE n.nspname = ANY ($1) AND pg_has_role(current_user, c.relowner, 'MEMBER')) AS owns,
    current_setting('fsync') AS fsync, current_setting('full_page_writes') AS full_page_writes,
    current_setting('synchronous_commit') AS synchronous_commit`;

/**
 * Throws {@link ConfigError} where PostgreSQL would not keep its two promises: row-level security binds neither owners nor superusers, and
 * without fsync a message that was accepted may be lost.
 */
export async function refuseWeakDatabase(source: DataSource): Promise<void> {
  const [standing] = await source.query<Standing[]>(STANDING, [[...SERVICES, 'bus', 'blob']]);
  if (!standing) throw new ConfigError(['DATABASE_URL: the role of this service is unknown']);
  const { role, is_above, owns, ...durability } = standing;
  const problems: string[] = [];
  if (is_above)
    problems.push(
      `DATABASE_URL: the role ${role} is a superuser or bypasses row-level security, or may become one who does; services must not`,
    );
  else if (owns)
    problems.push(`DATABASE_URL: the role ${role} owns tables, so row-level security does not bind it; services must not own any`);
  for (const [setting, value] of Object.entries(durability)) {
    if (value === 'off') problems.push(`DATABASE_URL: PostgreSQL runs with ${setting} = off; what was accepted could be lost`);
  }
  if (problems.length > 0) throw new ConfigError(problems);
}
