// Compiles apps/ and libs/ to dist/ with SWC (types are checked by `npm run check`, not here).
// --if-missing: only when dist/ is absent or older than the newest source. --quiet: print nothing.
import { existsSync, readFileSync, readdirSync, statSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(root, 'dist');
const stamp = join(dist, '.built');
const flags = new Set(process.argv.slice(2));

const files = ['apps', 'libs'].flatMap((top) =>
  readdirSync(join(root, top), { recursive: true, withFileTypes: true })
    .filter((e) => e.isFile() && !e.parentPath.includes('node_modules'))
    .map((e) => join(e.parentPath, e.name))
    .filter((f) => f.includes('/src/') && !f.endsWith('spec.ts')),
);

const newest = Math.max(...files.map((f) => statSync(f).mtimeMs), statSync(join(root, '.swcrc')).mtimeMs);
const isFresh = existsSync(stamp) && statSync(stamp).mtimeMs >= newest && readFileSync(stamp, 'utf8') === String(files.length);
if (!(flags.has('--if-missing') && isFresh)) {
  const started = Date.now();
  const { transformFile } = await import('@swc/core');
  await rm(dist, { recursive: true, force: true });
  await Promise.all(
    files.map(async (file) => {
      const out = join(dist, relative(root, file));
      await mkdir(dirname(out), { recursive: true });
      if (!file.endsWith('.ts')) return writeFile(out, readFileSync(file));
      const target = out.replace(/\.ts$/, '.js');
      const { code, map } = await transformFile(file, {
        cwd: root,
        configFile: join(root, '.swcrc'),
        outputPath: target,
        sourceMaps: true,
      });
      await writeFile(`${target}.map`, map ?? '');
      await writeFile(target, `${code}\n//# sourceMappingURL=${target.split('/').pop()}.map\n`);
    }),
  );
  await writeFile(stamp, String(files.length));
  if (!flags.has('--quiet')) console.log(`built ${files.length} files in ${Date.now() - started} ms`);
}
