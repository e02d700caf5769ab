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

/**
 * Each export by itself, and all of them pure: what nobody imports is left out, so the result is the same whichever Node builds it. A
 * plain function takes its module when it is called first, since the module behind it may never be needed.
 */
function moduleOf(path: string): string {
  const module = (process.getBuiltinModule(path) ?? {}) as Record<string, unknown>
  const names = Object.keys(module).filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'default')
  const named = names.map((name) => {
    const value = isPlainFunction(name, module[name])
      ? `(...given) => taken().${name}(...given)`
      : `/* @__PURE__ */ (() => taken().${name})()`
    return `const its_${name} = ${value}\nexport { its_${name} as ${name} }`
  })
  return [
    'let builtin',
    `const taken = () => (builtin ??= process.getBuiltinModule(${JSON.stringify(path)}))`,
    'export default /* @__PURE__ */ taken()',
    ...named,
  ].join('\n')
}

/** Not a class, which `new` and `instanceof` ask for, and with nothing attached to it, such as what `promisify` looks for. */
function isPlainFunction(name: string, value: unknown): boolean {
  const ordinary = ['length', 'name', 'prototype']
  return (
    typeof value === 'function' &&
    /^[a-z]/.test(name) &&
    Reflect.ownKeys(value).every((key) => ordinary.includes(String(key)))
  )
}
