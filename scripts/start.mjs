// `npm start`: builds what is missing, then runs the embedded form in this process.
process.argv.push('--if-missing', '--quiet');
await import('./build.mjs');
await import('../dist/apps/embedded/src/main.js');
