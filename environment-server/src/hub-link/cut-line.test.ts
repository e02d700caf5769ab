import { Line, Rehearsal, waitFor } from '@postern/dev/environment-server'
import { expect, test } from 'vitest'

const talking = `let n = 0
  const timer = setInterval(() => { console.log('line ' + ++n); if (n === 20) { clearInterval(timer); setTimeout(() => process.exit(0), 1000) } }, 50)`

type Weather = 'cut' | 'swallow'
const phases = ['before the command', 'while the app runs', 'before the result'] as const

// Side by side, since each mostly waits to connect again.
test.concurrent.each(['cut', 'swallow'] as const)(
  'ES-23: the line to the hub breaks (%s) in any phase of a job: it runs once, its log is whole, its result comes once',
  async (weather) => {
    for (const phase of phases) await jobUnder(weather, phase)
  },
)

/** A server of its own for each: one that was cut off just now waits longer before it connects again. */
async function jobUnder(weather: Weather, phase: (typeof phases)[number]): Promise<void> {
  await using stack = new AsyncDisposableStack()
  const lines: Line[] = []
  await using rehearsal = await Rehearsal.start({
    async settings(hub) {
      for (const { port } of [hub.api, hub.broker]) lines.push(stack.use(await Line.to(port)))
      const [api, broker] = lines
      return { apiURL: `https://127.0.0.1:${api?.port}`, brokerPort: broker?.port }
    },
  })
  const { hub, server } = rehearsal
  const app = await rehearsal.app(talking)
  const command = hub.executeCommand('1001', app)
  const { executionId } = command
  if (phase === 'before the command') {
    harm()
    // Nobody hears it; the hub says it again when the server is back.
    await hub.send(command).catch(() => {})
    await until(() => weather === 'swallow' || /was cut|Not connected/.test(server.text), 'the server to notice')
    await back()
    await hub.send(command)
  } else {
    await hub.send(command)
    const shown = phase === 'while the app runs' ? 2 : 20
    await until(() => hub.log(executionId).length >= shown, 'lines of the log')
    harm()
    await until(() => server.text.includes(`${executionId}, attempt 1: exited 0`), "the app's end")
    await back()
  }
  const { result } = await rehearsal.resultOf(executionId)
  expect(result, phase).toMatchObject({ outcome: 'exited', exitCode: 0 })
  await until(() => hub.log(executionId).length >= result.logSeqLast, 'the whole log')
  const log = hub.log(executionId)
  expect(
    log.map(({ seq }) => seq),
    phase,
  ).toEqual(Array.from({ length: result.logSeqLast }, (_, index) => index + 1))
  expect(log.filter(({ text }) => text.startsWith('line ')).length, phase).toBe(20)
  const starts = server.text.split(`Execution ${executionId}, attempt 1: ${app.programName} started`).length - 1
  expect(starts, phase).toBe(1)

  function harm(): void {
    for (const line of lines) line[weather]()
  }

  async function back(): Promise<void> {
    const connected = server.text.split('Connected to ').length
    const beats = hub.heartbeats.length
    for (const line of lines) line.mend()
    const isBack = () => server.text.split('Connected to ').length > connected && hub.heartbeats.length > beats
    await until(isBack, 'the server to connect again')
  }

  async function until(condition: () => boolean, what: string): Promise<void> {
    await waitFor(condition, `${phase}: ${what}`, () => server.text)
  }
}
