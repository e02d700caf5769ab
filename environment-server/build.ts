import { builtinsWithoutFacade, droppableValues } from '@postern/app-sdk/package'
import { build, type Metafile } from 'esbuild'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const folder = dirname(fileURLToPath(import.meta.url))

export const serverFile = join(folder, 'dist', 'postern-envsvr.mjs')

/** Builds the one file that a bundle carries; same sources, same bytes. Returns what went into it. */
export async function buildServerFile(outfile = serverFile): Promise<Metafile> {
  const { metafile } = await build({
    absWorkingDir: folder,
    entryPoints: ['src/main.ts'],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifySyntax: true,
    minifyWhitespace: true,
    // Identifiers are not minified: a stack trace in a log from behind a firewall is all that a developer gets.
    legalComments: 'inline',
    // The copy of Node's streams that mqtt-packet brings, and its debug printing, are not needed.
    alias: { 'readable-stream': 'node:stream', debug: join(folder, 'silent-debug.cjs') },
    metafile: true,
    plugins: [builtinsWithoutFacade(), droppableValues()],
    logLevel: 'warning',
    // CommonJS dependencies ask for Node's modules with require, which a module does not have by itself.
    banner: {
      js: `#!/usr/bin/env node\nimport { createRequire as posternCreateRequire } from 'node:module'; const require = posternCreateRequire(import.meta.url);`,
    },
  })
  return metafile
}

if (import.meta.main) {
  const metafile = await buildServerFile(process.argv[2])
  for (const [path, { bytes }] of Object.entries(metafile.outputs))
    process.stdout.write(`${path} ${Math.round(bytes / 1024)} KB\n`)
}
