import { Injectable } from '@nestjs/common';
import { Database, type Tx } from '@helpdesk/platform';

export interface OidcSettings {
  issuer: string;
  clientId: string;
  clientSecretSealed: string;
  domains: string[];
  updatedAt: Date;
}

interface Row {
  issuer: string;
  client_id: string;
  client_secret_sealed: string;
  domains: string[];
  updated_at: Date;
}

@Injectable()
export class OidcRepository {
  constructor(private readonly database: Database) {}

  async find(accountId: string, tx: Pick<Tx, 'queryOne'> = this.database.within(accountId)): Promise<OidcSettings | undefined> {
    const row = await tx.queryOne<Row>(
      'SELECT issuer, client_id, client_secret_sealed, domains, updated_at FROM gateway.oidc WHERE account_id = $1',
      [accountId],
    );
    return (
      row && {
        issuer: row.issuer,
        clientId: row.client_id,
        clientSecretSealed: row.client_secret_sealed,
        domains: row.domains,
        updatedAt: row.updated_at,
      }
    );
  }

  async save(tx: Tx, accountId: string, settings: OidcSettings): Promise<void> {
    await tx.query(
      `INSERT INTO gateway.oidc (account_id, issuer, client_id, client_secret_sealed, domains, updated_at) VALUES ($1, $2, $3, $4, $5, $6)
       ON CONFLICT (account_id) DO UPDATE SET issuer = excluded.issuer, client_id = excluded.client_id,
         client_secret_sealed = excluded.client_secret_sealed, domains = excluded.domains, updated_at = excluded.updated_at`,
      [accountId, settings.issuer, settings.clientId, settings.clientSecretSealed, settings.domains, settings.updatedAt],
    );
  }

  async delete(tx: Tx, accountId: string): Promise<void> {
    await tx.query('DELETE FROM gateway.oidc WHERE account_id = $1', [accountId]);
  }
}
