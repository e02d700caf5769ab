import { buffer } from 'node:stream/consumers'
import { launch } from '@postern/protocol'
import { ZipFile } from 'yazl'

const programName = 'pool_app_v1'

/**
 * An app that holds on to its appliance: it says again and again which run of it speaks, until it hears a word back. It does not listen
 * when it is told to end, so that only a kill ends it.
 */
export async function poolApp(): Promise<Buffer> {
  const zip = new ZipFile()
  const add = (name: string, content: unknown) =>
    zip.addBuffer(
      Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
      `${programName}/${name}`,
    )
  add('install.json', {
    displayName: 'Pool app',
    programLanguage: 'NODE',
    programMain: 'index.mjs',
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params: [{ name: 'appliance', label: 'Appliance', type: 'String', required: true }],
  })
  add('postern.json', { kind: 'action', repeatable: true, addressParameters: ['appliance'] })
  add('index.mjs', source)
  zip.end()
  return await buffer(zip.outputStream)
}

const source = `
import { createDecipheriv, randomUUID } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'

process.on('SIGTERM', () => {})
const { ${launch.parameterFileVariable}: file, ${launch.parameterKeyVariable}: key, ${launch.egressSocketVariable}: guard } = process.env
const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16))
const { appliance } = JSON.parse(Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]))
const run = randomUUID()
const socket = await reach(appliance)
setInterval(() => socket.write(run + '\\n'), 50)
await new Promise((resolve) => socket.once('data', resolve))
process.exit(0)

async function reach(target) {
  if (guard === undefined) return connect(Number(target.split(':')[1]), target.split(':')[0])
  return await new Promise((resolve, reject) =>
    request({ socketPath: guard, method: 'CONNECT', path: target })
      .on('connect', (answer, tunnel) => (answer.statusCode === 200 ? resolve(tunnel) : reject(new Error('no way to the appliance'))))
      .on('error', reject)
      .end(),
  )
}
`
