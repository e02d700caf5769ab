import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { startMispFeed } from '@postern/simulators'
import { writeSampleEvents } from './demo/sample-events.ts'

/** A MISP feed with the sample's events, in this process, for what reads one. */
export type SampleFeed = AsyncDisposable & { url: string; fingerprint: string }

export async function startSampleFeed(): Promise<SampleFeed> {
  await using stack = new AsyncDisposableStack()
  const folder = mkdtempSync(join(tmpdir(), 'postern-sample-feed-'))
  stack.defer(() => rmSync(folder, { recursive: true }))
  const eventsDir = join(folder, 'events')
  writeSampleEvents(eventsDir)
  const { identity } = stack.use(await startMispFeed({ stateDir: join(folder, 'state'), eventsDir }))
  const started = stack.move()
  return {
    url: identity.url,
    fingerprint: identity.fingerprintSha256,
    [Symbol.asyncDispose]: () => started.disposeAsync(),
  }
}
