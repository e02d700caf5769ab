import { buffer } from 'node:stream/consumers'
import { launch } from '@postern/protocol'
import { ZipFile } from 'yazl'

type StrangersApp = {
  programName: string
  displayName: string
  params: readonly object[]
  /** `postern.json`. */
  postern: object
  /** `index.mjs`, after `appPrelude`. */
  source: string
}

/** The package of an app as a stranger may write it, without our SDK. */
export async function strangersApp({
  programName,
  displayName,
  params,
  postern,
  source,
}: StrangersApp): Promise<Buffer> {
  const zip = new ZipFile()
  const add = (name: string, content: string) => zip.addBuffer(Buffer.from(content), `${programName}/${name}`)
  const install = {
    displayName,
    programLanguage: 'NODE',
    programMain: 'index.mjs',
    programVersion: '1.0.0',
    runtimeLevel: 'Organization',
    params,
  }
  add('install.json', JSON.stringify(install))
  add('postern.json', JSON.stringify(postern))
  add('index.mjs', appPrelude + source)
  zip.end()
  return await buffer(zip.outputStream)
}

/** Gives the app `given`, its parameters, and `reach`, a socket to a `host:port`, through the guard where there is one. */
const appPrelude = `
import { createDecipheriv } from 'node:crypto'
import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { connect } from 'node:net'

const { ${launch.parameterFileVariable}: file, ${launch.parameterKeyVariable}: key, ${launch.egressSocketVariable}: guard } = process.env
const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16))
const given = JSON.parse(Buffer.concat([decipher.update(readFileSync(file)), decipher.final()]))

async function reach(target) {
  if (guard === undefined) return connect(Number(target.split(':')[1]), target.split(':')[0])
  return await new Promise((resolve, reject) =>
    request({ socketPath: guard, method: 'CONNECT', path: target })
      .on('connect', (answer, tunnel) => (answer.statusCode === 200 ? resolve(tunnel) : reject(new Error('no way to ' + target))))
      .on('error', reject)
      .end(),
  )
}
`
