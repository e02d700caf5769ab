// The same feed as feed.py and feed.java: reads lines `type value rating confidence tag`, and delivers them to the hub as one batch.
import { createDecipheriv } from 'node:crypto'
import { once } from 'node:events'
import { readFileSync, rmSync, writeFileSync } from 'node:fs'
import { request as plainRequest } from 'node:http'
import { Agent, request as secureRequest } from 'node:https'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { connect } from 'node:tls'

const { TC_APP_PARAM_FILE: file, TC_APP_PARAM_KEY: key, POSTERN_EGRESS_SOCKET: guard } = process.env
const given = parameters()
const lines = (await read(given.source)).split('\n').filter((line) => line !== '')
const config = {
  action: 'Create',
  owner: given.tc_owner,
  attributeWriteType: 'Replace',
  tagWriteType: 'Replace',
  securityLabelWriteType: 'Replace',
  haltOnError: 'false',
  playbookTriggersEnabled: 'false',
  version: 'V2',
}
const status = await submit(config, { indicator: lines.map(indicator) })
if (status.status !== 'Completed' || status.errorCount !== 0) throw new Error(JSON.stringify(status))
writeFileSync(join(given.tc_out_path, 'message.tc'), `${status.successCount} indicators\n`)

function indicator(line) {
  const [type, summary, rating, confidence, tag] = line.split(' ')
  return { type, summary, rating: Number(rating), confidence: Number(confidence), tag: [{ name: tag }] }
}

/** A plain address is asked of the guard whole, as of any proxy. */
async function read(address) {
  const asked = plainRequest({ socketPath: guard, path: address, headers: { host: new URL(address).host } }).end()
  const [answer] = await once(asked, 'response')
  return await text(answer)
}

async function submit(settings, content) {
  const url = new URL(`${given.tc_api_path}/v2/batch/createAndUpload?includeAdditional=true`)
  const tunnel = plainRequest({ socketPath: guard, method: 'CONNECT', path: url.host }).end()
  const [, socket] = await once(tunnel, 'connect')
  const agent = new Agent()
  agent.createConnection = () => connect({ socket, host: url.hostname })
  const headers = {
    authorization: `TC-Token ${given.tc_token}`,
    'content-type': 'multipart/form-data; boundary=batch',
  }
  const parts = Object.entries({ config: settings, content }).map(
    ([name, value]) =>
      `--batch\r\nContent-Disposition: form-data; name="${name}"; filename="${name}"\r\n\r\n${JSON.stringify(value)}\r\n`,
  )
  const asked = secureRequest(url, { method: 'POST', agent, headers }).end(`${parts.join('')}--batch--\r\n`)
  const [answer] = await once(asked, 'response')
  return JSON.parse(await text(answer)).data.batchStatus
}

function parameters() {
  const decipher = createDecipheriv('aes-128-cbc', key, Buffer.alloc(16))
  const opened = Buffer.concat([decipher.update(readFileSync(file)), decipher.final()])
  rmSync(file)
  return JSON.parse(opened)
}
