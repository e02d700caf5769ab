import pino, { type Logger } from 'pino'

type Output = ReturnType<typeof pino.destination>

/** Of what cannot be written, this much waits: thousands of lines. */
const waitingBytesMax = 4 * 1024 * 1024
/** Between two tries to write what waits. */
const retryMs = 1000

/**
 * The log of one of the hub's processes, a JSON line an entry. The disk behind it may be full: the process goes on without its log, what
 * it says waits and is written when there is room, and what is too much is counted and told of then.
 */
export function openLog(level: string, output: Output = logOutput(process.stdout.fd)): Logger {
  const log = pino({ level, base: null, timestamp: pino.stdTimeFunctions.isoTime }, output)
  let dropped = 0
  let retry: NodeJS.Timeout | undefined
  output.on('error', () => {
    // There is nowhere left to say it. Without a listener it would end the process.
    retry ??= setTimeout(() => {
      retry = undefined
      output.flush()
    }, retryMs).unref()
  })
  output.on('drop', () => (dropped += 1))
  output.on('drain', () => {
    if (dropped === 0) return
    const lines = dropped
    dropped = 0
    log.warn({ lines }, 'the log could not be written, and lines of it were left out')
  })
  return log
}

/** Where lines go, each at once. Of one byte and more, since it can only then be asked to write what waits. */
export function logOutput(fd: number, waitingMax: number = waitingBytesMax): Output {
  return pino.destination({ dest: fd, sync: true, minLength: 1, maxLength: waitingMax })
}
