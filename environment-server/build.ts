/** Builds the environment server into one file, which downloads carry (D20). */
import { writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { build } from 'esbuild'

const folder = fileURLToPath(new URL('./', import.meta.url))

const { metafile } = await build({
  entryPoints: [`${folder}src/main.ts`],
  outfile: `${folder}dist/postern-envsvr.mjs`,
  bundle: true,
  platform: 'node',
  target: 'node24.7',
  format: 'esm',
  // CommonJS packages inside ask for Node's own modules by require.
  banner: { js: "import { createRequire as postern_require } from 'node:module'; const require = postern_require(import.meta.url);" },
  legalComments: 'inline',
  metafile: true,
  absWorkingDir: folder,
})
// Which modules are inside, so that a test can say what must not be (D20, libraries).
writeFileSync(`${folder}dist/metafile.json`, JSON.stringify(metafile))
