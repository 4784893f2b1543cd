// Puts what the tests run into .build/: the mini program as JavaScript with its markup beside it, and the tests.
import { spawn } from 'node:child_process';
import { cpSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const built = join(root, '.build');
rmSync(built, { recursive: true, force: true });

function compile(project) {
  const tsc = join(root, 'node_modules/typescript/bin/tsc');
  const run = spawn(process.execPath, [tsc, '-p', project, '--outDir', built], { cwd: root, stdio: 'inherit' });
  return new Promise((resolve) => run.on('close', resolve));
}

const codes = await Promise.all(['tsconfig.json', 'tests/tsconfig.json'].map(compile));
if (codes.some((code) => code !== 0)) {
  process.exit(1);
}

const sources = join(root, 'miniprogram');
cpSync(sources, join(built, 'miniprogram'), { recursive: true, filter: (path) => !path.endsWith('.ts') });
// The pages are tested as a chain's; what ships is looked at as it is.
const config = join(built, 'miniprogram/config.js');
renameSync(config, join(built, 'miniprogram/config.shipped.js'));
writeFileSync(
  config,
  `exports.config = {
  portal: 'https://club.milk.test',
  api: 'https://club.milk.test/api/v1',
  name: 'Club',
  cardImage: '',
};
`,
);
