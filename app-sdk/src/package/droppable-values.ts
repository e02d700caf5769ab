import { readFile } from 'node:fs/promises'
import { transform } from 'esbuild'
import type { Plugin, PluginBuild } from 'esbuild'

/** Has a bundle leave out what nobody uses of `protocol` and `intel`. The environment server is bundled in the same way. */
export function droppableValues(): Plugin {
  return {
    name: 'droppable-values',
    setup(bundler: PluginBuild) {
      bundler.onLoad({ filter: /[\\/](protocol|intel)[\\/]src[\\/].*\.ts$/ }, async ({ path }) => ({
        contents: await withDroppableValues(await readFile(path, 'utf8')),
        loader: 'js',
      }))
    },
  }
}

/**
 * A module of ours as JavaScript in which each value of its top level that is made by a call, a schema above all, is marked as free of
 * effects, so that a bundle leaves out what nobody uses. By itself the bundler keeps every call, since any might do something; the
 * packages `protocol` and `intel` only make values when they are loaded (`sideEffects: false` says the same of their modules).
 */
export async function withDroppableValues(source: string): Promise<string> {
  // The bundler's own form: a statement begins at the margin, and all that belongs to it stands further in or is a closing bracket.
  const { code } = await transform(source, { loader: 'ts', target: 'node24', charset: 'utf8' })
  return code.replace(madeByCall, '$1 = /* @__PURE__ */ (() => $2)();')
}

/** A constant of the top level whose value begins with a call; a cut in the wrong place is no program, and the bundler says so. */
const madeByCall =
  /^((?:export )?const [\w$]+) = ((?:new )?[A-Za-z_$][\w$.]*\([\s\S]*?);$(?=\n[^\s)\]}]|\n*$(?![\s\S]))/gm
