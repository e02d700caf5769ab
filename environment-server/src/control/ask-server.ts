import { connect } from 'node:net'
import { existsSync } from 'node:fs'
import * as z from 'zod/mini'
import type { HomeFolder } from '../home/home-folder.ts'
import { parseJson } from '../home/parse-json.ts'
import { StartProblem } from '../log/start-problem.ts'
import { ControlAnswer, controlAnswerMs, type ControlRequest } from './control-message.ts'
import { readLine } from './control-socket.ts'

/** The running server's answer; nothing if none runs on this folder. @throws StartProblem with what the server said it cannot do */
export async function askServer(
  home: HomeFolder,
  request: ControlRequest,
): Promise<Extract<ControlAnswer, { ok: true }> | undefined> {
  // A folder that was never started has no socket; one that was killed has one that nobody listens at.
  if (!existsSync(home.controlSocket)) return undefined
  const text = await exchange(home.controlSocket, `${JSON.stringify(request)}\n`)
  if (text === undefined) return undefined
  const answer = z.safeParse(ControlAnswer, parseJson(text))
  if (!answer.success) throw new StartProblem('The running environment server gave no answer. Look at its log.')
  if (!answer.data.ok) throw new StartProblem(answer.data.problem)
  return answer.data
}

async function exchange(path: string, line: string): Promise<string | undefined> {
  const socket = connect({ path })
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  socket.once('connect', resolve).once('error', reject)
  try {
    await promise
    socket.setTimeout(controlAnswerMs, () => socket.destroy(new Error('the server did not answer in time')))
    socket.write(line)
    return await readLine(socket)
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'ECONNREFUSED' || code === 'ENOENT') return undefined
    throw new StartProblem('The running environment server could not be asked.', { cause: error })
  } finally {
    socket.destroy()
  }
}
