// A process of its own: Fastify and pg with nothing between them, one row by its primary key. Prints its address once it answers.
import fastify from 'fastify';
import pg from 'pg';

const [url, account] = process.argv.slice(2);
const pool = new pg.Pool({ connectionString: url, max: 5 });
const app = fastify();
app.get('/:id', async ({ params }) => {
  const text = 'SELECT id, number, name, version FROM tickets.ticket WHERE account_id = $1 AND id = $2';
  return (await pool.query({ name: 'row', text, values: [account, params.id] })).rows[0];
});
console.log(await app.listen({ host: '127.0.0.1', port: 0 }));
