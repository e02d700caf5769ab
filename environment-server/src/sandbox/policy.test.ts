import { Rehearsal } from '@postern/dev/environment-server'
import { expect, test } from 'vitest'

// Each test starts servers of its own, on a machine that may be busy.
/** Runs a command as on a machine that forbids user namespaces, which is what makes isolation impossible. */
const withoutNamespaces = [
  'unshare',
  '--user',
  '--map-current-user',
  '--keep-caps',
  '/bin/sh',
  '-c',
  'echo 0 > /proc/sys/user/max_user_namespaces && exec setpriv --ambient-caps=-all --inh-caps=-all -- "$@"',
  'without-namespaces',
]

test('S2: where apps cannot be kept apart they are refused, and the heartbeat says tier none', async () => {
  await using rehearsal = await Rehearsal.start({ process: { wrapper: withoutNamespaces } })
  const result = await rehearsal.run('process.exit(0)')
  expect(result).toMatchObject({ outcome: 'refused', message: expect.stringMatching(/tier none.*allowUnconfined/) })
  expect(rehearsal.hub.heartbeats.at(-1)?.tier).toBe('none')
  expect(rehearsal.server.text).toContain('No app will run')
})

test('S2: only allowUnconfined in the local policy runs apps without, loudly and said in every log', async () => {
  await using rehearsal = await Rehearsal.start({
    policy: { allowUnconfined: true },
    process: { wrapper: withoutNamespaces },
  })
  const executionId = await rehearsal.execute(
    `console.log('ran in ' + process.cwd()); setTimeout(() => process.exit(3), 300)`,
  )
  const { result } = await rehearsal.resultOf(executionId)
  expect(result).toMatchObject({ outcome: 'exited', exitCode: 3, tier: 'none' })
  expect(result.usage?.cpuSeconds).toBeGreaterThan(0)
  expect(rehearsal.server.text).toContain('APPS RUN UNCONFINED')
  expect((await rehearsal.logOf(executionId))[1]).toContain('without confinement')
  expect(rehearsal.hub.log(executionId)[0]?.stream).toBe('server')
})

test('S16: the local policy narrows publishers and apps, whatever the hub signs', async () => {
  await using rehearsal = await Rehearsal.start({ policy: { apps: ['rehearsed_1_v1'] } })
  const allowed = await rehearsal.app('process.exit(0)')
  const other = await rehearsal.app('process.exit(0)')
  expect(await rehearsal.run(allowed)).toMatchObject({ outcome: 'exited' })
  expect(await rehearsal.run(other)).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('local policy'),
  })
})

test('S16: a publisher that the bundle pins can be left out by the local policy', async () => {
  await using rehearsal = await Rehearsal.start({ policy: { publishers: ['0123456789abcdef'] } })
  expect(await rehearsal.run('process.exit(0)')).toMatchObject({
    outcome: 'refused',
    message: expect.stringContaining('publisher'),
  })
  expect(rehearsal.hub.packageDownloads).toEqual([])
})
