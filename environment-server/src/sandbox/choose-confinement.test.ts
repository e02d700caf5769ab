import { giveAway, unprivilegedUser } from '@postern/dev/environment-server'
import { execFileSync, spawnSync } from 'node:child_process'
import { chmodSync, mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, expect, test } from 'vitest'

let home: string
beforeEach(() => {
  home = mkdtempSync('/tmp/postern-probe-')
  chmodSync(home, 0o755)
  mkdirSync(join(home, 'run'))
  giveAway(home)
})
afterEach(() => rmSync(home, { recursive: true }))

const moduleOf = (name: string) => fileURLToPath(new URL(`${name}.ts`, import.meta.url))

/** The probe as an ordinary user makes it, which is what it will be: in a process of its own. */
function choose(candidates: string, hidden = home): { tier: string; name: string; failures: string[] } {
  const program = `
    import { chooseConfinement } from ${JSON.stringify(moduleOf('choose-confinement'))}
    import { bubblewrapConfinement } from ${JSON.stringify(moduleOf('bubblewrap-confinement'))}
    import { unshareConfinement } from ${JSON.stringify(moduleOf('unshare-confinement'))}
    const { confinement, failures } = await chooseConfinement({ hidden: ${JSON.stringify(hidden)}, runFolder: ${JSON.stringify(join(home, 'run'))} }, ${candidates})
    console.log(JSON.stringify({ tier: confinement.tier, name: confinement.name, failures }))`
  const output = execFileSync(process.execPath, ['--input-type=module', '-e', program], {
    encoding: 'utf8',
    cwd: '/',
    ...unprivilegedUser(),
  })
  return JSON.parse(output) as ReturnType<typeof choose>
}

const isolating = [
  'unshareConfinement({ diesWithServer: true })',
  'unshareConfinement({ diesWithServer: false })',
  // Where it is installed, bubblewrap is the first choice and held to the same probe.
  ...(spawnSync('bwrap', ['--version']).status === 0 ? ['bubblewrapConfinement()'] : []),
]

test.each(isolating)('S2: an ordinary user gets tier isolated from %s', (candidate) => {
  expect(choose(`[${candidate}]`)).toMatchObject({ tier: 'isolated', failures: [] })
  expect(readdirSync(join(home, 'run'))).toEqual([])
})

test('S2: what does not work is left for the next best, and said', () => {
  const choice = choose(`[bubblewrapConfinement('no-such-bwrap'), unshareConfinement({ diesWithServer: true })]`)
  expect(choice).toMatchObject({ tier: 'isolated', failures: ['bubblewrap: not installed'] })
})

test('S2: where nothing works the tier is none, truthfully', () => {
  expect(choose(`[bubblewrapConfinement('false')]`)).toMatchObject({
    tier: 'none',
    failures: [expect.stringContaining('bubblewrap: ')],
  })
})

test('S2: a confinement that would show apps the folder of the server does not pass', () => {
  const choice = choose('[unshareConfinement({ diesWithServer: true })]', '/usr/share')
  expect(choice).toMatchObject({
    tier: 'none',
    failures: [expect.stringContaining('would see the folder of the environment server')],
  })
})
