import { createServer, type Socket } from 'node:net'
import * as z from 'zod/mini'
import { errorText, type ServerLog } from '../log/server-log.ts'
import { StartProblem } from '../log/start-problem.ts'
import {
  type ControlAnswer,
  ControlRequest,
  controlAnswerMs,
  controlBytesMax,
  controlRequestMs,
} from './control-message.ts'

const connectionsMax = 16

export type ControlHandler = (request: ControlRequest) => Promise<ControlAnswer> | ControlAnswer

/**
 * Where people on this machine talk to the running server. The folder is closed to everyone but the server's own user and root, and
 * so is the socket; whoever can connect could also read the server's memory.
 */
export async function listenForControl(path: string, handle: ControlHandler, log: ServerLog): Promise<Disposable> {
  const sockets = new Set<Socket>()
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
    // Whoever asked has gone: nobody is left to be told.
    socket.on('error', () => socket.destroy())
    void converse(socket, handle, log)
  })
  server.maxConnections = connectionsMax
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', reject).listen({ path }, resolve)
  await promise
  return {
    [Symbol.dispose]: () => {
      server.close()
      for (const socket of sockets) socket.unref()
    },
  }
}

async function converse(socket: Socket, handle: ControlHandler, log: ServerLog): Promise<void> {
  let answer: ControlAnswer
  try {
    answer = await handle(await readRequest(socket))
  } catch (error) {
    if (!(error instanceof StartProblem)) log('warn', `A request to this server failed: ${errorText(error)}`)
    answer = { ok: false, problem: errorText(error) }
  }
  socket.setTimeout(controlAnswerMs, () => socket.destroy())
  socket.end(`${JSON.stringify(answer)}\n`)
}

async function readRequest(socket: Socket): Promise<ControlRequest> {
  socket.setTimeout(controlRequestMs, () => socket.destroy(new Error('the request did not come in time')))
  const text = await readLine(socket)
  socket.setTimeout(0)
  const request = z.safeParse(ControlRequest, JSON.parse(text))
  if (request.success) return request.data
  throw new StartProblem('The running environment server is of another release and does not know this. Restart it.')
}

/** Everything up to the first line end, of at most so many bytes. */
export async function readLine(socket: Socket): Promise<string> {
  const parts: Buffer[] = []
  let length = 0
  for await (const part of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    parts.push(part)
    length += part.length
    if (length > controlBytesMax) throw new Error('a message on the control socket is too long')
    if (part.includes(10)) break
  }
  return Buffer.concat(parts).toString('utf8')
}
