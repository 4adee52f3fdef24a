export { BlobStore, sha256 } from './blob/blob-store.js';
export { ConfigError, DeskConfig, publicUrl, readConfig } from './config/desk-config.js';
export { Database, isDatabaseAway, isForeignKeyViolation, isPassing } from './database/database.js';
export { DatabaseModule } from './database/database.module.js';
export { runningDatabase, startEmbeddedPostgres, type EmbeddedPostgres } from './database/embedded-postgres.js';
export { EVERY_ACCOUNT, withComments, type Sight } from './database/sight.js';
export { freePort } from './database/free-port.js';
export { openDatabase } from './database/open-database.js';
export { containing } from './database/patterns.js';
export { roleUrl } from './database/roles.js';
export { migrate } from './database/migrate.js';
export { type Tx } from './database/transaction.js';
export {
  conflict,
  forbidden,
  invalid,
  invalidField,
  notFound,
  pointerTo,
  Problem,
  problemDocument,
  tooMany,
  unauthenticated,
  unavailable,
  type FieldProblem,
  type ProblemDocument,
} from './errors/problem.js';
export { egress, isPublicAddress, type EgressAnswer } from './http/egress.js';
export { readiness, startProbeServer, type Health } from './http/probe-server.js';
export { isUuid, newId } from './ids.js';
export { isDay, isMoment } from './moments.js';
export { runtimeFor, type Runtime } from './lifecycle/runtime.js';
export { databaseHealth, endOnSignal, runService } from './lifecycle/run-service.js';
export { startRpcService } from './lifecycle/service-app.js';
export { reportStartFailure } from './lifecycle/start-failure.js';
export { readRelay, type Relay } from './mail/relay.js';
export { createLogger, nestLogger, type Logger } from './logging/logger.js';
export { currentContext, runInContext } from './logging/request-context.js';
export { AreNested, IsNested } from './validation/nested.js';
export { pageOf } from './paging.js';
export { accountOf, nameOf, scopeOf, type Actor } from './rpc/call-token.js';
export { RpcClient } from './rpc/rpc-client.js';
export { Answers, type Call } from './rpc/rpc-server.js';
export { fileLink, readFileLink } from './security/file-link.js';
export { Keys, safeEqual } from './security/keys.js';
export { hashPassword, verifyPassword } from './security/passwords.js';
export { loadSecretKey } from './security/secret-key.js';
