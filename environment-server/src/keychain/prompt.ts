import type { ReadStream } from 'node:tty'
import { StartProblem } from '../log/start-problem.ts'

const characterCountMax = 1024

/** Asks on a terminal and shows nothing of the answer, not even its length. */
export function promptHidden(question: string, input: ReadStream, output: NodeJS.WritableStream): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>()
  let answer = ''
  // Before the question: whoever types as soon as it shows must not see the terminal's echo.
  input.setRawMode(true)
  output.write(question)
  input.setEncoding('utf8')
  input.resume()

  function end(settle: () => void): void {
    input.off('data', onData)
    input.off('end', onEnd)
    input.setRawMode(false)
    input.pause()
    output.write('\n')
    settle()
  }
  function onEnd(): void {
    end(() => reject(new StartProblem('The terminal closed before a password was given.')))
  }
  function onData(text: string): void {
    for (const character of text) {
      if (character === '\r' || character === '\n') return end(() => resolve(answer))
      // Ctrl-C and Ctrl-D: raw mode delivers them as characters.
      if (character === '\u0003' || character === '\u0004')
        return end(() => reject(new StartProblem('Stopped: no password was given.')))
      if (character === '\u007f' || character === '\b') answer = answer.slice(0, -1)
      else if (character >= ' ' && answer.length < characterCountMax) answer += character
    }
  }
  input.on('data', onData)
  input.on('end', onEnd)
  return promise
}
