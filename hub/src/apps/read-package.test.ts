import { expect, test } from 'vitest'
import { readPackage } from './read-package.ts'
import { installJson, programName, zipOf } from './test-packages.ts'

// Packages that are refused, each with its reason, stand in dev/src/hostile/packages: the hub and environment servers get all of them.

test('FD-12: a good package is read: its name, its manifest byte for byte, its kind', async () => {
  const text = `\uFEFF${JSON.stringify(installJson, null, 3)}\n`
  const bytes = await zipOf([
    { name: `${programName}/` },
    { name: `${programName}/install.json`, content: text },
    { name: `${programName}/app.mjs`, content: '' },
    { name: `${programName}/postern.json`, content: '{"kind":"feed","later":1}' },
  ])
  const read = await readPackage(bytes)
  expect(read).toMatchObject({ programName, bytes: bytes.length, programLanguage: 'NODE', postern: { kind: 'feed' } })
  expect(read.installText).toBe(text)
  expect(read.sha256).toMatch(/^[0-9a-f]{64}$/)
})

test.each([
  ['run', 'run.py'],
  ['run.py', 'run.py'],
  ['run', '__main__.py'],
])(
  'FD-12: a Python app of ThreatConnect whose programMain is %s and whose file is %s is taken',
  async (programMain, file) => {
    const install = JSON.stringify({
      ...installJson,
      programLanguage: 'PYTHON',
      programMain,
      languageVersion: '3.11',
      runtimeLevel: ['Organization'],
    })
    const read = await readPackage(
      await zipOf([
        { name: 'TC_-_Real_App_v1.0/install.json', content: install },
        { name: `TC_-_Real_App_v1.0/${file}`, content: 'pass' },
      ]),
    )
    expect(read).toMatchObject({ programName: 'TC_-_Real_App_v1.0', programLanguage: 'PYTHON', postern: undefined })
  },
)
