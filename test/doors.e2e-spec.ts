import { afterAll, beforeAll, describe } from '@jest/globals';
import { startDesk, startSink, type Api, type Desk, type Sink } from '@helpdesk/testing';
import { createPostgresBackend, Queue } from 'bullmq';
import { testHttpDoor, testQueueDoor, type JobQueue } from './doors/envelope-tests.js';
import { testMail } from './doors/mail-tests.js';
import { testOutgoing } from './doors/outgoing-tests.js';

let desk: Desk;
let api: Api;
let sink: Sink;
let queue: JobQueue;

beforeAll(async () => {
  sink = await startSink();
  desk = await startDesk({ form: 'embedded', env: { SMTP_URL: sink.url } });
  api = await desk.signIn();
  queue = new Queue('channel.inbound', { connection: { connectionString: desk.databaseUrl, max: 2 } }, createPostgresBackend);
}, 120_000);

afterAll(async () => {
  await queue?.close();
  await desk?.stop();
  await sink?.stop();
}, 60_000);

describe('mail in and out', () => testMail(() => ({ desk, api, sink })));
describe('what leaves', () => testOutgoing(() => ({ desk, api, sink })));
describe('the HTTP door', () => testHttpDoor(() => ({ desk, api, sink })));
describe('the queue door on PostgreSQL', () => testQueueDoor(() => ({ desk, api, sink, queue })));
