// Builds the reference pages into OUT/preact and OUT/vue, each as a folder that the reference backend serves.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { build } from 'esbuild';
import { compileScript, parse } from 'vue/compiler-sfc';

const here = dirname(fileURLToPath(import.meta.url));
const out = process.argv[2];
if (!out) {
  console.error('usage: node build.mjs OUT');
  process.exit(2);
}

const hash = (content) => createHash('sha256').update(content).digest('hex').slice(0, 16);

const singleFileComponents = {
  name: 'vue',
  setup({ onLoad }) {
    onLoad({ filter: /\.vue$/ }, async ({ path }) => {
      const { descriptor, errors } = parse(await readFile(path, 'utf8'), { filename: path });
      if (errors.length) return { errors: errors.map(({ message }) => ({ text: message, location: { file: path } })) };
      const { content } = compileScript(descriptor, { id: hash(path), inlineTemplate: true, isProd: true });
      return { contents: content, resolveDir: dirname(path) };
    });
  },
};

const pages = {
  preact: { entry: 'preact/main.jsx', options: { jsx: 'automatic', jsxImportSource: 'preact' } },
  // As Vite builds a Vue project unless it is told otherwise.
  vue: {
    entry: 'vue/main.js',
    options: {
      plugins: [singleFileComponents],
      define: {
        __VUE_OPTIONS_API__: 'true',
        __VUE_PROD_DEVTOOLS__: 'false',
        __VUE_PROD_HYDRATION_MISMATCH_DETAILS__: 'false',
      },
    },
  },
};

// The same settings as the portal's own build.
function packed(content) {
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: 11,
    [constants.BROTLI_PARAM_LGWIN]: 24,
    [constants.BROTLI_PARAM_SIZE_HINT]: content.length,
  };
  return { br: brotliCompressSync(content, { params }), gz: gzipSync(content, { level: 9 }) };
}

async function page(name, { entry, options }) {
  const { outputFiles } = await build({
    ...options,
    entryPoints: [join(here, 'reference', entry)],
    outdir: 'unused',
    write: false,
    bundle: true,
    minify: true,
    format: 'esm',
    target: 'es2020',
    legalComments: 'none',
    define: { 'process.env.NODE_ENV': '"production"', ...options.define },
  });
  const files = {};
  const names = {};
  for (const { path, contents } of outputFiles) {
    const kind = path.split('.').pop();
    names[kind] = `app-${hash(contents)}.${kind}`;
    files[names[kind]] = Buffer.from(contents);
  }
  const html = await readFile(join(here, 'reference/shared/index.html'), 'utf8');
  files['index.html'] = Buffer.from(html.replace(/\{(js|css)\}/g, (_, kind) => names[kind]));

  const folder = join(out, name);
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const sizes = { raw: 0, gzip: 0, brotli: 0 };
  for (const [file, content] of Object.entries(files)) {
    const { br, gz } = packed(content);
    await writeFile(join(folder, file), content);
    await writeFile(join(folder, `${file}.br`), br);
    await writeFile(join(folder, `${file}.gz`), gz);
    sizes.raw += content.length;
    sizes.gzip += gz.length;
    sizes.brotli += br.length;
  }
  // Served as it is, as with the portal: people edit it in place.
  await writeFile(join(folder, 'config.json'), await readFile(join(here, '../public/config.json')));
  return sizes;
}

const sizes = {};
for (const [name, settings] of Object.entries(pages)) sizes[name] = await page(name, settings);
console.log(JSON.stringify(sizes));
