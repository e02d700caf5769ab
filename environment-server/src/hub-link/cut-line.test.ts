import { Line, Rehearsal, waitFor } from '@postern/dev/environment-server'
import { expect, test } from 'vitest'

const talking = `let n = 0
  const timer = setInterval(() => { console.log('line ' + ++n); if (n === 20) { clearInterval(timer); setTimeout(() => process.exit(0), 1000) } }, 50)`

type Weather = 'cut' | 'swallow'
const phases = ['before the command', 'while the app runs', 'before the result'] as const
const cases = (['cut', 'swallow'] as const).flatMap((weather) => phases.map((phase) => ({ weather, phase })))

test(
  'ES-23: the line to the hub is cut, or goes dead without a word, in any phase of a job: it runs once, its log is whole, its result comes once',
  { timeout: 240_000 },
  async () => {
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
    for (const { weather, phase } of cases) {
      const what = `${weather} ${phase}`
      const command = hub.executeCommand('1001', app)
      const { executionId } = command
      if (phase === 'before the command') {
        harm(weather)
        // Nobody hears it; the hub says it again when the server is back.
        await hub.send(command).catch(() => {})
        await waitFor(
          () => weather === 'swallow' || /was cut|Not connected/.test(server.text),
          what,
          () => server.text,
        )
        await back()
        await hub.send(command)
      } else {
        await hub.send(command)
        const shown = phase === 'while the app runs' ? 2 : 20
        await waitFor(
          () => hub.log(executionId).length >= shown,
          `${what}: lines of the log`,
          () => server.text,
        )
        harm(weather)
        await waitFor(
          () => server.text.includes(`${executionId}, attempt 1: exited 0`),
          `${what}: the app's end`,
          () => server.text,
        )
        await back()
      }
      const { result } = await rehearsal.resultOf(executionId, 1, 60_000)
      expect(result, what).toMatchObject({ outcome: 'exited', exitCode: 0 })
      await waitFor(
        () => hub.log(executionId).length >= result.logSeqLast,
        `${what}: the whole log`,
        () => server.text,
      )
      const log = hub.log(executionId)
      expect(
        log.map(({ seq }) => seq),
        what,
      ).toEqual(Array.from({ length: result.logSeqLast }, (_, index) => index + 1))
      expect(log.filter(({ text }) => text.startsWith('line ')).length, what).toBe(20)
      const starts = server.text.split(`Execution ${executionId}, attempt 1: ${app.programName} started`).length - 1
      expect(starts, what).toBe(1)
    }

    function harm(weather: Weather): void {
      for (const line of lines) line[weather]()
    }

    async function back(): Promise<void> {
      const connected = server.text.split('Connected to ').length
      const beats = hub.heartbeats.length
      for (const line of lines) line.mend()
      await waitFor(
        () => server.text.split('Connected to ').length > connected && hub.heartbeats.length > beats,
        'the server to connect again',
        () => server.text,
        60_000,
      )
    }
  },
)
