import { existsSync, readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { dirname, join, relative, sep } from 'node:path'
import { build } from 'esbuild'
import type { Loader, Plugin, PluginBuild } from 'esbuild'
import { builtinsWithoutFacade } from './builtins-without-facade.ts'
import { withDroppableValues } from './droppable-values.ts'

export interface Bundle {
  readonly code: Uint8Array
  /** Folders of the third-party packages that are inside, by name. */
  readonly thirdParty: ReadonlyMap<string, string>
}

/** What the packaged entry does; `app.ts` exports the definition as its default. */
const sdk = '@postern/app-sdk'
const entry = `import app from './app.ts'\nimport { runApp } from '${sdk}'\nawait runApp(app)\n`

/**
 * Bundles an app with the SDK into one file for Node 24 (D13). Every module is known to the bundler by a name made of its package
 * and its path in it, so that the output tells nothing of this machine and is the same wherever it is built.
 */
export async function bundleApp(appFolder: string): Promise<Bundle> {
  const thirdParty = new Map<string, string>()
  const result = await build({
    stdin: { contents: entry, resolveDir: appFolder, sourcefile: 'entry.ts', loader: 'ts' },
    // The bundler names its entry from here, and the name is in the output.
    absWorkingDir: appFolder,
    bundle: true,
    format: 'esm',
    platform: 'node',
    target: 'node24',
    minify: false,
    legalComments: 'none',
    charset: 'utf8',
    write: false,
    logLevel: 'silent',
    conditions: ['node', 'import'],
    plugins: [builtinsWithoutFacade(), namesOfModules(appFolder, thirdParty)],
  })
  const [output] = result.outputFiles
  if (output === undefined) throw new Error('the bundler gave no file')
  return { code: output.contents, thirdParty }
}

const namespace = 'module'

function namesOfModules(appFolder: string, thirdParty: Map<string, string>): Plugin {
  const realPaths = new Map<string, string>()
  return {
    name: 'names-of-modules',
    setup(bundler: PluginBuild) {
      bundler.onResolve({ filter: /.*/ }, async (asked) => {
        if (asked.pluginData === 'asked-again') return undefined
        const { kind, resolveDir, importer } = asked
        const found = await bundler.resolve(asked.path, { kind, importer, resolveDir, pluginData: 'asked-again' })
        if (found.errors.length > 0 || found.external) return found
        const home = homeOf(found.path, appFolder)
        if (home.isThirdParty) thirdParty.set(home.name, home.folder)
        const name = `${home.name}/${relative(home.folder, found.path).split(sep).join('/')}`
        realPaths.set(name, found.path)
        return { path: name, namespace, sideEffects: found.sideEffects }
      })
      bundler.onLoad({ filter: /.*/, namespace }, async ({ path }) => {
        const realPath = realPaths.get(path) ?? path
        const contents = await readFile(realPath, 'utf8')
        const isOfValues = /^@postern\/(protocol|intel)\/.*\.ts$/.test(path)
        return {
          contents: isOfValues ? await withDroppableValues(contents) : contents,
          loader: loaderOf(path),
          resolveDir: dirname(realPath),
        }
      })
    },
  }
}

/** The package that a file belongs to: the nearest folder above it with a named `package.json`, or the app's own. */
function homeOf(path: string, appFolder: string): { name: string; folder: string; isThirdParty: boolean } {
  for (let folder = dirname(path); folder !== dirname(folder); folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (!existsSync(manifest)) continue
    const { name } = JSON.parse(readFileSync(manifest, 'utf8')) as { name?: string }
    if (name !== undefined)
      return { name, folder, isThirdParty: path.includes(`${sep}node_modules${sep}`) && !name.startsWith('@postern/') }
  }
  return { name: 'app', folder: appFolder, isThirdParty: false }
}

function loaderOf(path: string): Loader {
  if (path.endsWith('.ts') || path.endsWith('.mts')) return 'ts'
  return path.endsWith('.json') ? 'json' : 'js'
}
