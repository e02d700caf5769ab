import { parseArgs } from 'node:util'

import { startMispFeed } from './misp-feed.ts'

const stop = new AbortController()
process.once('SIGTERM', () => stop.abort())
process.once('SIGINT', () => stop.abort())
process.once('disconnect', () => stop.abort())

const { values } = parseArgs({
  options: { state: { type: 'string' }, events: { type: 'string' }, port: { type: 'string' } },
})
if (values.state === undefined || values.events === undefined) {
  console.error('--state DIR and --events DIR are needed')
  process.exit(1)
}
await using feed = await startMispFeed({
  stateDir: values.state,
  eventsDir: values.events,
  ...(values.port === undefined ? {} : { port: Number(values.port) }),
})
console.log(`MISP feed at ${feed.identity.url}, certificate SHA-256 ${feed.identity.fingerprintSha256}`)
process.send?.({ ready: feed.identity.url })
await new Promise((resolve) => stop.signal.addEventListener('abort', resolve, { once: true }))
if (process.connected) process.disconnect()
