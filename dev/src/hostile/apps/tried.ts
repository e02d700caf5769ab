/** Does something that an app must not be able to do, and writes down what came of it: `tried WHAT: OUTCOME`. */
export async function tried(what: string, work: () => unknown): Promise<void> {
  console.log(`tried ${what}: ${await outcomeOf(work)}`)
}

async function outcomeOf(work: () => unknown): Promise<string> {
  try {
    const value = await work()
    return value === undefined ? 'done' : `done ${JSON.stringify(value)}`
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code
    return typeof code === 'string' ? code : String(error).slice(0, 200)
  }
}
