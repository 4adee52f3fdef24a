// `npm run account:add -- --name … --admin-email … --admin-password … --support-address … [--admin-name …]`: a further account, while the
// desk runs or while it does not. Reads the same environment as `npm start`. Prints the account's id.
const args = process.argv.slice(2);
process.argv.splice(2, args.length, '--if-missing', '--quiet');
await import('./build.mjs');
const { addAccount } = await import('../dist/apps/gateway/src/accounts/add-account.js');
const { reportStartFailure } = await import('../dist/libs/platform/src/index.js');

console.log(await addAccount(args, process.env).catch(reportStartFailure));
process.exit(0);
