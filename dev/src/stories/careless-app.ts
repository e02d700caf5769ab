import { buffer } from 'node:stream/consumers'
import { launch, platformParameters } from '@postern/protocol'
import { ZipFile } from 'yazl'

const programName = 'careless_app_v1'

/** What the app sends to its sink before it does anything else: all that it was trusted with. */
export type Trusted = { password: string; token: string }

/**
 * An app as a stranger may write it: it tells its sink what it knows, waits for a word back, and then lets slip its password and
 * its token everywhere that an app can write, in the forms in which such slips happen. At its end it changes its password, as
 * apps do whose source hands out a new one each time: to the old one in capitals.
 */
export async function carelessApp(): Promise<Buffer> {
  const zip = new ZipFile()
  const add = (name: string, content: unknown) =>
    zip.addBuffer(
      Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
      `${programName}/${name}`,
    )
  add('install.json', {
    displayName: 'Careless app',
    programLanguage: 'NODE',
    programMain: 'index.mjs',
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params: [
      { name: 'sink', label: 'Sink', type: 'String', required: true },
      { name: 'note', label: 'Note', type: 'String' },
      { name: 'password', label: 'Password', type: 'String', encrypt: true, required: true },
    ],
  })
  add('postern.json', { kind: 'action', addressParameters: ['sink'] })
  add('index.mjs', source)
  zip.end()
  return await buffer(zip.outputStream)
}

const source = `
import { createDecipheriv } from 'node:crypto'
import { readFileSync, appendFileSync, writeFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'

const { ${launch.parameterFileVariable}: file, ${launch.parameterKeyVariable}: key, ${launch.egressSocketVariable}: guard } = process.env
const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16))
const given = JSON.parse(Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]))
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

async function reach(target) {
  if (guard === undefined) return connect(Number(target.split(':')[1]), target.split(':')[0])
  return await new Promise((resolve, reject) =>
    request({ socketPath: guard, method: 'CONNECT', path: target })
      .on('connect', (answer, tunnel) => (answer.statusCode === 200 ? resolve(tunnel) : reject(new Error('no way to the sink'))))
      .on('error', reject)
      .end(),
  )
}
`
