/** A function that runs at once, and then at most once in each gap, however often it is called; the last call is never lost. */
export interface Spaced {
  (): void
  /** Forgets a run that is still due. */
  cancel: () => void
}

/** @param gapMs the least time between two runs, in milliseconds */
export function spaced(run: () => void, gapMs: number): Spaced {
  let timer: ReturnType<typeof setTimeout> | undefined
  let isDue = false
  function tick() {
    timer = undefined
    if (!isDue) return
    isDue = false
    timer = setTimeout(tick, gapMs)
    run()
  }
  function call() {
    isDue = true
    if (timer === undefined) tick()
  }
  call.cancel = () => {
    clearTimeout(timer)
    timer = undefined
    isDue = false
  }
  return call
}
