import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { FakeHub } from '@postern/dev/fake-hub'
import {
  EnvironmentServerProcess,
  makeHome,
  Rehearsal,
  mayMount,
  SmallDisk,
  waitFor,
} from '@postern/dev/environment-server'
import { expect, test } from 'vitest'

test.skipIf(!mayMount)(
  'ES-23: a disk that is full: the server lives and says so, nothing that it took is lost, and it goes on when there is room',
  async () => {
    using disk = new SmallDisk(24)
    await using rehearsal = await Rehearsal.start({ below: disk.folder })
    const { server, hub } = rehearsal
    const talking = await rehearsal.app(`let n = 0
      const timer = setInterval(() => { console.log('line ' + ++n); if (n === 30) { clearInterval(timer); process.exit(0) } }, 100)`)
    const quick = await rehearsal.app('process.exit(0)')
    await rehearsal.run(quick)
    const executionId = await rehearsal.execute(talking)
    await waitFor(() => hub.log(executionId).length > 0, 'the first lines')
    disk.fill()

    const refused = hub.executeCommand('1001', quick)
    await hub.send(refused)
    await waitFor(
      () => server.text.includes('A command could not be taken'),
      'the command to be left',
      () => server.text,
    )
    // Its result waits for room, or finds some that the journal had of its own.
    const ended = new RegExp(
      `The result of execution ${executionId} cannot be journaled|${executionId}, attempt 1: exited`,
    )
    await waitFor(
      () => ended.test(server.text),
      'the app to end',
      () => server.text,
    )
    expect(server.hasEnded).toBe(false)

    disk.makeRoom()
    const { result } = await rehearsal.resultOf(executionId)
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    // Numbered without a gap; what found no room is counted in a line of its own or comes with it.
    await waitFor(
      () => hub.log(executionId).length >= result.logSeqLast,
      'the whole log',
      () => server.text,
    )
    expect(hub.log(executionId).map(({ seq }) => seq)).toEqual(
      Array.from({ length: result.logSeqLast }, (_, index) => index + 1),
    )
    await hub.send(refused)
    expect((await rehearsal.resultOf(refused.executionId)).result).toMatchObject({ outcome: 'exited', exitCode: 0 })
    expect(server.hasEnded).toBe(false)
  },
)

test.skipIf(!mayMount)(
  'ES-23: a server that starts on a full disk says so, and starts when there is room',
  async () => {
    using disk = new SmallDisk(24)
    await using hub = await FakeHub.start()
    const home = makeHome(disk.folder)
    hub.writeBundle(home, '1001')
    writeFileSync(join(home, 'password'), 'correct horse battery staple\n', { mode: 0o600 })
    await using server = new EnvironmentServerProcess(home)
    for (const start of ['first', 'second']) {
      disk.fill()
      server.output.length = 0
      server.start()
      expect(await server.waitForEnd(), server.text).toBe(2)
      expect(server.text.trimEnd().split('\n').at(-1), start).toBe(
        `The disk of ${home} is full. Make room on it and start the server again.`,
      )
      disk.makeRoom()
      await server.startConnected()
      await server.stop()
    }
  },
)

test.skipIf(!mayMount)(
  'ES-23: an app that fills the disk fails with that as its reason, and what it had is free for the next one',
  async () => {
    using disk = new SmallDisk(24)
    await using rehearsal = await Rehearsal.start({ below: disk.folder })
    const result = await rehearsal.run(`import { openSync, writeSync } from 'node:fs'
      const file = openSync(process.env.TMPDIR + '/filler', 'w')
      for (;;) writeSync(file, Buffer.alloc(4096))`)
    expect(result).toMatchObject({ outcome: 'exited', exitCode: 1 })
    expect(result.message).toContain('The disk of this environment server was full')
    expect(await rehearsal.run('process.exit(0)')).toMatchObject({ outcome: 'exited', exitCode: 0, message: '' })
    expect(rehearsal.server.hasEnded).toBe(false)
  },
)
