import { closeSync, openSync, readdirSync, readFileSync, readSync, readlinkSync } from 'node:fs'
import { connect } from 'node:net'
import { given } from './given.ts'
import { throughGuard } from './through-guard.ts'
import { tried } from './tried.ts'

/** Looks for what belongs to others: the server's files, another execution's folder, environment and token. */
const { paths = '[]', sockets = '[]', appliance = '', serverPid = '0', neighbourPid = '0' } = given()

for (const path of JSON.parse(paths) as string[]) await tried(`open ${path}`, () => closeSync(openSync(path, 'r')))
for (const pid of ['1', serverPid, neighbourPid]) {
  await tried(`open /proc/${pid}/root${(JSON.parse(paths) as string[])[0]}`, () =>
    closeSync(openSync(`/proc/${pid}/root${(JSON.parse(paths) as string[])[0]}`, 'r')),
  )
}
for (const pid of [serverPid, neighbourPid]) {
  await tried(`read environment of ${pid}`, () => readFileSync(`/proc/${pid}/environ`, 'utf8'))
  await tried(`read memory of ${pid}`, () => readSync(openSync(`/proc/${pid}/mem`, 'r'), Buffer.alloc(8)))
  await tried(`signal ${pid}`, () => process.kill(Number(pid), 'SIGKILL'))
}
const visible = readdirSync('/proc').filter((name) => /^[0-9]+$/.test(name))
await tried('read every environment', () =>
  visible.map((pid) => attempt(() => readFileSync(`/proc/${pid}/environ`, 'utf8'))).join('\0'),
)
await tried('list executions', () => readdirSync('/execution'))
await tried('list sockets', () => readdirSync('/run/postern'))
await tried('list descriptors', () =>
  readdirSync('/proc/self/fd').map((fd) => attempt(() => readlinkSync(`/proc/self/fd/${fd}`))),
)
await tried('list shared memory', () => readdirSync('/dev/shm'))
await tried('list temporary files', () => readdirSync('/tmp'))
for (const name of [
  '/run/dbus/system_bus_socket',
  '/var/run/docker.sock',
  '\0postern',
  ...(JSON.parse(sockets) as string[]),
])
  await tried(`connect to ${JSON.stringify(name)}`, () => reach(name))
await tried('reach the appliance', async () => {
  const { status, socket } = await throughGuard(appliance)
  socket.destroy()
  return status
})

function attempt(work: () => string): string {
  try {
    return work()
  } catch {
    // What cannot be read holds nothing for us.
    return ''
  }
}

function reach(path: string): Promise<void> {
  return new Promise((resolve, reject) => connect(path).once('connect', resolve).once('error', reject))
}
