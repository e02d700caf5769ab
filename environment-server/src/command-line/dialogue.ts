import { createInterface } from 'node:readline'
import { Writable } from 'node:stream'
import { StartProblem } from '../log/start-problem.ts'

const linesWaitingMax = 1000

/** Whoever answers has gone, or wants no more: Ctrl-C, Ctrl-D, the end of a file. */
export class DialogueEnded extends StartProblem {
  override name = 'DialogueEnded'

  constructor() {
    super('Ended; what was said to be written is written.')
  }
}

export type Dialogue = Disposable & {
  say(text: string): void
  ask(question: string): Promise<string>
  /** Shows nothing of the answer. */
  askHidden(question: string): Promise<string>
}

/** Questions and answers on a terminal, or from a file of answers. Lines that come before their question wait for it. */
export function openDialogue(input: NodeJS.ReadStream, output: NodeJS.WriteStream): Dialogue {
  let muted = false
  const shown = new Writable({
    write(part: Buffer, _encoding, done) {
      if (!muted) output.write(part)
      done()
    },
  })
  const isTerminal = input.isTTY === true
  const lines: string[] = []
  let waiting: PromiseWithResolvers<string> | undefined
  let ended = false
  const reader = createInterface({ input, output: shown, terminal: isTerminal, historySize: 0 })
  reader.on('line', (line) => {
    if (waiting) waiting.resolve(line)
    else if (lines.length < linesWaitingMax) lines.push(line)
    waiting = undefined
  })
  reader.on('SIGINT', () => reader.close())
  reader.on('close', () => {
    ended = true
    waiting?.reject(new DialogueEnded())
  })

  async function next(): Promise<string> {
    const line = lines.shift()
    if (line !== undefined) return line
    if (ended) throw new DialogueEnded()
    waiting = Promise.withResolvers<string>()
    return await waiting.promise
  }

  return {
    say: (text) => void output.write(text),
    async ask(question) {
      if (isTerminal && !ended) {
        // As a prompt, so that editing the line does not wipe it.
        reader.setPrompt(question)
        reader.prompt()
      } else output.write(`${question}\n`)
      return await next()
    },
    async askHidden(question) {
      output.write(question)
      muted = true
      try {
        return await next()
      } finally {
        muted = false
        output.write('\n')
      }
    },
    [Symbol.dispose]: () => reader.close(),
  }
}
