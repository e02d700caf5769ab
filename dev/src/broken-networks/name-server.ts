import { createSocket } from 'node:dgram'
import { once } from 'node:events'

const [typeA, typeAaaa] = [1, 28]

/** What the lab's DNS knows: the addresses of each name. */
export type Names = Map<string, string[]>

/** A DNS server for A and AAAA over UDP (RFC 1035, 4): of names that it does not have it says so. */
export async function startNameServer(address: string, names: Names): Promise<AsyncDisposable> {
  const socket = createSocket('udp4')
  socket.on('message', (query, { port, address: from }) => socket.send(answerTo(query, names), port, from))
  socket.bind(53, address)
  await once(socket, 'listening')
  return {
    [Symbol.asyncDispose]: async () => {
      const closed = once(socket, 'close')
      socket.close()
      await closed
    },
  }
}

function answerTo(query: Buffer, names: Names): Buffer {
  let at = 12
  const labels: string[] = []
  for (let length = query[at] ?? 0; length > 0; length = query[at] ?? 0) {
    labels.push(query.toString('latin1', at + 1, at + 1 + length))
    at += length + 1
  }
  const question = query.subarray(12, at + 5)
  const type = query.readUInt16BE(at + 1)
  const addresses = names.get(labels.join('.').toLowerCase())
  const records = (addresses ?? []).map(bytesOf).filter((bytes) => bytes.length === (type === typeA ? 4 : 16))
  const answers = type === typeA || type === typeAaaa ? records : []
  const header = Buffer.alloc(12)
  query.copy(header, 0, 0, 2)
  // An answer, recursion available; 3: there is no such name.
  header.writeUInt16BE(0x8180 | (addresses === undefined ? 3 : 0), 2)
  header.writeUInt16BE(1, 4)
  header.writeUInt16BE(answers.length, 6)
  return Buffer.concat([header, question, ...answers.map((bytes) => record(type, bytes))])
}

/** Its name is the question's, by a pointer to it. */
function record(type: number, bytes: Buffer): Buffer {
  const head = Buffer.alloc(12)
  head.writeUInt16BE(0xc00c, 0)
  head.writeUInt16BE(type, 2)
  head.writeUInt16BE(1, 4)
  head.writeUInt16BE(bytes.length, 10)
  return Buffer.concat([head, bytes])
}

/** The lab writes IPv6 addresses as `fd00:77::N`. */
function bytesOf(address: string): Buffer {
  if (!address.includes(':')) return Buffer.from(address.split('.').map(Number))
  const bytes = Buffer.alloc(16)
  bytes.writeUInt16BE(0xfd00, 0)
  bytes.writeUInt16BE(0x77, 2)
  bytes.writeUInt16BE(Number.parseInt(address.split('::')[1] ?? '0', 16), 14)
  return bytes
}
