import { strangersApp } from './strangers-app.ts'

/**
 * An app that holds on to its appliance: it says again and again which run of it speaks, until it hears a word back. It does not listen
 * when it is told to end, so that only a kill ends it.
 */
export async function poolApp(): Promise<Buffer> {
  return await strangersApp({
    programName: 'pool_app_v1',
    displayName: 'Pool app',
    params: [{ name: 'appliance', label: 'Appliance', type: 'String', required: true }],
    postern: { kind: 'action', repeatable: true, addressParameters: ['appliance'] },
    source,
  })
}

const source = `
import { randomUUID } from 'node:crypto'

process.on('SIGTERM', () => {})
const run = randomUUID()
const socket = await reach(given.appliance)
setInterval(() => socket.write(run + '\\n'), 50)
await new Promise((resolve) => socket.once('data', resolve))
process.exit(0)
`
