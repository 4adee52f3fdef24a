import { startRedis, startPostgres, startDesk } from './dist/libs/testing/src/index.js';
import { readFileSync } from 'node:fs';
const redis = await startRedis(); const postgres = await startPostgres();
const desk = await startDesk({ form:'cluster', replicas:2, env:{DATABASE_URL: postgres.url, REDIS_URL: redis.url, LOG_LEVEL:'info'} });
try {
 const admin = await desk.signIn();
 const { items } = await admin.get('/pipelines');
 const mk = (n) => admin.post('/tickets', { name: n, pipelineId: items[0].id, stageId: items[0].stages[0].id });
 const [a,b] = [await mk('a'), await mk('b')];
 console.time('merge');
 try { console.log((await admin.post(`/tickets/${a.id}/merge`, { secondaryIds:[b.id] })).ticket.mergedIds); } catch(e) { console.log(String(e)); }
 console.timeEnd('merge');
} finally {
 await desk.stop().catch(e=>console.log(e.message)); 
 await postgres.stop(); await redis.stop();
}
