import { readFileSync } from 'node:fs'
import { request } from 'node:http'
import { Agent, get } from 'node:https'
import { connect } from 'node:tls'

process.stdout.write(`RUNS Node.js ${process.versions.node} of ${process.execPath}\n`)
const url = new URL(readFileSync('url.txt', 'utf8').trim())
const tunnel = request({ socketPath: process.env.POSTERN_EGRESS_SOCKET, method: 'CONNECT', path: url.host })
tunnel.once('connect', (_answer, socket) => {
  const agent = new Agent()
  agent.createConnection = () => connect({ socket, host: url.hostname })
  const fetched = get(url, { agent }, async (answer) => {
    process.stdout.write(`FETCHED ${Buffer.concat(await answer.toArray())}\n`)
  })
  fetched.once('error', (error) => {
    process.stderr.write(`${error.stack}\n`)
    process.exit(1)
  })
})
tunnel.end()
