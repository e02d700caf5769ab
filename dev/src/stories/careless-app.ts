import { launch, platformParameters } from '@postern/protocol'
import { strangersApp } from './strangers-app.ts'

/** What the app sends to its sink before it does anything else: all that it was trusted with. */
export type Trusted = { password: string; token: string }

/**
 * An app as a stranger may write it: it tells its sink what it knows, waits for a word back, and then lets slip its password and
 * its token everywhere that an app can write, in the forms in which such slips happen. At its end it changes its password, as
 * apps do whose source hands out a new one each time: to the old one in capitals.
 */
export async function carelessApp(): Promise<Buffer> {
  return await strangersApp({
    programName: 'careless_app_v1',
    displayName: 'Careless app',
    params: [
      { name: 'sink', label: 'Sink', type: 'String', required: true },
      { name: 'note', label: 'Note', type: 'String' },
      { name: 'password', label: 'Password', type: 'String', encrypt: true, required: true },
    ],
    postern: { kind: 'action', addressParameters: ['sink'] },
    source,
  })
}

const source = `
import { appendFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'

const { password, note, sink, ${platformParameters.token}: token } = given

const socket = await reach(sink)
socket.write(JSON.stringify({ password, token }) + '\\n')
await new Promise((resolve) => socket.once('data', resolve))
socket.destroy()

const forms = (secret) => [
  secret, encodeURIComponent(secret), JSON.stringify({ secret }), 'Basic ' + btoa('user:' + secret), Buffer.from(secret).toString('hex'),
]
console.log('harmless ' + note)
for (const secret of [password, token]) {
  for (const form of forms(secret)) {
    console.log('stdout ' + form)
    console.error('stderr ' + form)
    appendFileSync(join(given.${platformParameters.logPath}, '${launch.logFile}'), 'app log ' + form + '\\n')
  }
  // A line that comes in two pieces.
  process.stdout.write('pieces ' + secret.slice(0, 7))
  await new Promise((resolve) => setTimeout(resolve, 50))
  process.stdout.write(secret.slice(7) + '\\n')
}
writeFileSync(join(given.${platformParameters.outPath}, '${launch.messageFile}'), 'signed in with ' + password + ' and ' + token)
writeFileSync(join(given.${platformParameters.outPath}, '${launch.resultsFile}'), 'password = ' + password.toUpperCase() + '\\n')
`
