import { expect, test } from 'vitest'
import { checkoutFiles, type SourceFile } from './checkout.ts'
import { importProblems } from './import-direction.ts'
import { importsOf } from './imports.ts'
import { packageMap } from './package-map.ts'

test('every import goes the way that architecture.md allows', () => {
  const files = checkoutFiles()
  const packages = packageMap(files)
  expect(packages.map((each) => each.folder)).toEqual(expect.arrayContaining(['protocol', 'hub', 'apps/netscout-aed']))
  expect(importProblems(files, packages)).toEqual([])
})

test('the scan sees every way to import, and no comment', () => {
  const source = `
    import * as z from 'zod/mini'
    import type { A } from "./a.ts"
    import { b,
      c } from './b.ts'
    export * from './c.ts'
    import './d.ts'
    const e = await import('./e.ts')
    // import './no.ts'
    /** import './no.ts' */
    const address = 'https://example.com' // from './no.ts'
  `
  expect(importsOf(source)).toEqual(['zod/mini', './a.ts', './b.ts', './c.ts', './d.ts', './e.ts'])
})

const manifests = tree({
  'protocol/package.json': { name: '@postern/protocol', exports: { '.': './src/index.ts' } },
  'hub/package.json': { name: '@postern/hub', exports: { '.': './x.ts' }, dependencies: { '@postern/protocol': '1' } },
  'app-sdk/package.json': {
    name: '@postern/app-sdk',
    exports: { '.': './x.ts', './test-kit': './y.ts' },
    dependencies: { '@postern/protocol': '1' },
  },
  'apps/csv-feed/package.json': { name: '@postern/app-csv-feed', dependencies: { '@postern/app-sdk': '1' } },
  'environment-server/package.json': {
    name: '@postern/environment-server',
    devDependencies: { '@postern/app-sdk': '1' },
  },
  'simulators/package.json': { name: '@postern/simulators', exports: { '.': './x.ts' } },
})

test.each([
  ['hub/src/a.ts', '../../protocol/src/index.ts', 'leaves the package'],
  ['hub/src/a.ts', '@postern/app-sdk', 'hub may not import @postern/app-sdk'],
  ['hub/src/a.ts', '@postern/protocol/src/index.ts', 'is no door of @postern/protocol'],
  ['hub/src/a.ts', '@postern/hub', 'inside a package imports are relative'],
  ['environment-server/src/a.ts', '@postern/app-sdk', 'environment-server may not import @postern/app-sdk'],
  ['hub/src/a.ts', '@postern/absent', 'there is no package'],
  ['hub/src/a.ts', '@postern/simulators', 'hub may not import @postern/simulators'],
  ['hub/src/a.test.ts', '@postern/simulators', 'hub/package.json does not name @postern/simulators'],
  ['apps/csv-feed/app.ts', '@postern/protocol', 'may not import @postern/protocol'],
  ['apps/csv-feed/app.ts', '../misp-feed/app.ts', 'leaves the package'],
  ['protocol/src/a.ts', 'node:fs', 'protocol is kept pure and does not import node:fs'],
  ['protocol/src/a.ts', 'zod', 'protocol is kept pure and does not import zod'],
])('canary: %s may not import %s', (path, specifier, sentence) => {
  const file = { path, text: `import { x } from '${specifier}'\n` }
  expect(importProblems([file], packageMap(manifests))).toEqual([expect.stringContaining(sentence)])
})

test.each([
  ['hub/src/a/b.ts', '../a.ts'],
  ['hub/src/a.ts', '@postern/protocol'],
  ['hub/src/a.ts', 'node:fs'],
  ['apps/csv-feed/app.test.ts', '@postern/app-sdk/test-kit'],
  ['environment-server/build.ts', '@postern/app-sdk'],
  ['protocol/src/a.test.ts', 'node:fs'],
])('%s may import %s', (path, specifier) => {
  const file = { path, text: `import { x } from '${specifier}'\n` }
  expect(importProblems([file], packageMap(manifests))).toEqual([])
})

test('canary: a manifest that depends on what it may not import is named', () => {
  const bad = tree({ 'intel/package.json': { name: '@postern/intel', dependencies: { '@postern/hub': '1' } } })
  expect(importProblems([], packageMap([...manifests, ...bad]))).toEqual([
    'intel/package.json: intel may not depend on @postern/hub',
  ])
})

function tree(manifestsByPath: Record<string, object>): SourceFile[] {
  return Object.entries(manifestsByPath).map(([path, json]) => ({ path, text: JSON.stringify(json) }))
}
