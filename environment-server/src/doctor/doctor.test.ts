import { labFile, networks, type Seen } from '@postern/dev/broken-networks'
import { builtServerFile, unprivilegedUser } from '@postern/dev/environment-server'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { text } from 'node:stream/consumers'
import { beforeAll, expect, test } from 'vitest'

const isRoot = unprivilegedUser() !== undefined
/** Root has namespaces without asking; others by a user namespace, where the machine lets them. */
const namespaces = isRoot ? ['-n', '-m'] : ['-U', '-r', '-n', '-m']
const mayTry = isRoot || 'CI' in process.env || spawnSync('unshare', [...namespaces, 'true']).status === 0
const seen = new Map<string, Seen>()

beforeAll(async () => {
  if (!mayTry) return
  const child = spawn('unshare', [...namespaces, process.execPath, labFile, builtServerFile()], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  const [said, problems, [code]] = await Promise.all([
    text(child.stdout),
    text(child.stderr),
    once(child, 'close') as Promise<[number | null]>,
  ])
  for (const line of said.trim().split('\n')) {
    const { name, ...rest } = JSON.parse(line) as Seen & { name: string }
    seen.set(name, rest)
  }
  if (code !== 0) throw new Error(`the lab ended with ${code}: ${problems}`)
})

test.skipIf(!mayTry).each(networks)(
  'ES-21: in a lab of namespaces, for root or where users may have them: $name → $finding',
  ({ name, finding, says, withPassword, asksNobody }) => {
    const found = seen.get(name)
    expect(found?.finding, JSON.stringify(found, null, 2)).toBe(finding)
    const words = found?.steps.map(({ sentence, request = '' }) => `${sentence} ${request}`).join('\n')
    for (const word of says) expect(words).toContain(word)
    if (!withPassword) expect(found?.code).toBe(finding === null ? 0 : 1)
    if (asksNobody) expect(found?.steps.filter((step) => 'request' in step)).toEqual([])
    const cause = found?.steps.findIndex(({ state }) => state === 'cause') ?? -1
    // Nothing behind the first cause is tried.
    const behind = withPassword || cause < 0 ? [] : (found?.steps.slice(cause + 1) ?? [])
    expect(behind.filter(({ state }) => state !== 'not reached')).toEqual([])
  },
)
