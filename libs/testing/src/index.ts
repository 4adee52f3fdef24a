/** Helpers for tests and the bench: real processes, real servers, real mail. Never part of the product. */
export { Api, ApiError, type Page, type ProblemAnswer } from './api.js';
export { areaUnderCurve } from './area-under-curve.js';
export { findChromium, startBrowser } from './browser.js';
export { Child, repositoryRoot } from './child.js';
export { ADMIN, Desk, startDesk, SUPPORT_ADDRESS } from './desk.js';
export { generateMails, type GeneratedMail } from './mails.js';
export { base64Lines, encodedWords, mailDate, quotedPrintable } from './mime-text.js';
export { sendUntilAccepted } from './mta.js';
export { fastest } from './fastest.js';
export { LoneGateway, type OtherAccount } from './gateway.js';
export { freePorts } from './ports.js';
export { Random } from './random.js';
export { findRedisServer, isAlive, scratchFolder, startPostgres, startRedis, type PostgresServer, type RedisServer } from './servers.js';
export { dotStuffed, SmtpClient, SmtpRefusal } from './smtp-client.js';
export { startSink, type Sink, type SinkMode, type SunkMail } from './smtp-sink.js';
export { fieldsOf, Visitor, type Answer } from './visitor.js';
export { waitFor } from './wait-for.js';
