import type { Plugin, PluginBuild } from 'esbuild'

/**
 * Has a bundle take Node's own modules from `process.getBuiltinModule`. For an import statement Node makes a facade that reads every
 * export of the module, and so loads what stands behind the rare ones, such as an HTTP client behind node:http and colours of a
 * terminal behind node:util: memory and milliseconds of every start, for nothing. The environment server is bundled in the same way.
 */
export function builtinsWithoutFacade(): Plugin {
  return {
    name: 'builtins-without-facade',
    setup(bundler: PluginBuild) {
      bundler.onResolve({ filter: /^node:/ }, ({ kind, path }) =>
        kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : undefined,
      )
      bundler.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: moduleOf(path), loader: 'js' }))
    },
  }
}

/** Each export by itself, and all of them pure: what nobody imports is left out, so the result is the same whichever Node builds it. */
function moduleOf(path: string): string {
  const names = Object.keys(process.getBuiltinModule(path) ?? {}).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name))
  const taken = `const builtin = /* @__PURE__ */ process.getBuiltinModule(${JSON.stringify(path)})`
  const named = names
    .filter((name) => name !== 'default')
    .map((name) => `const its_${name} = /* @__PURE__ */ (() => builtin.${name})()\nexport { its_${name} as ${name} }`)
  return [taken, 'export default builtin', ...named].join('\n')
}
