import type { Log } from './log.ts'

/**
 * Does a piece of work again and again, never twice at once: the next turn comes `everyMs` after the last one ended. A turn that
 * fails is logged and is no reason to stop. Disposing of it waits for the turn under way.
 */
export function repeat(what: string, everyMs: number, work: () => Promise<void>, log: Log): AsyncDisposable {
  let timer: NodeJS.Timeout | undefined
  let stopped = false
  let running = Promise.resolve()
  schedule()

  function schedule(): void {
    timer = setTimeout(() => {
      running = turnAndSchedule()
    }, everyMs)
  }

  async function turnAndSchedule(): Promise<void> {
    await turn()
    if (!stopped) schedule()
  }

  async function turn(): Promise<void> {
    try {
      await work()
    } catch (error) {
      log.error({ err: error, what }, 'background work failed and is tried again')
    }
  }

  return {
    async [Symbol.asyncDispose]() {
      stopped = true
      clearTimeout(timer)
      await running
    },
  }
}
