import { type CommandLine, homeOf, parseOptions, passwordSources, trialSeconds } from '../config.ts'
import { homeFolder } from '../home/home-folder.ts'
import { lineLog } from '../log/server-log.ts'
import { RotatedFile } from '../log/rotated-file.ts'
import { type EnvironmentServer, startEnvironmentServer } from '../start-environment-server.ts'
import { watchUpgrade } from '../upgrade/watch-upgrade.ts'

/** From the start to the moment when what starting left behind is given back. */
const settledMs = 5000

/** Runs the server until it is told to stop. */
export async function run(line: CommandLine): Promise<number> {
  const options = parseOptions(line, { verbose: { type: 'boolean', default: false }, version: { type: 'boolean' } })
  const home = homeOf(line, options)
  const file = new RotatedFile(homeFolder(home).logFile)
  const log = lineLog(
    (text) => {
      process.stdout.write(text)
      file.write(text)
    },
    options.verbose === true ? 'debug' : 'info',
  )
  // Whoever started it may be gone, and its terminal with it; the file has the log still.
  process.stdout.on('error', () => undefined)
  const upgrade = watchUpgrade(homeFolder(home), line.serverFile, trialSeconds(line), log)
  let server: EnvironmentServer | undefined
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) {
    process.on(signal, () => {
      // Before it has started, and while it is locked, there is nothing to bring to an end.
      if (server === undefined) process.exit(0)
      void server.stop()
    })
  }
  server = await startEnvironmentServer({
    home,
    password: passwordSources(line, options),
    javaHome: line.environment['JAVA_HOME'],
    log,
    mayStayLocked: true,
    setAside: upgrade.setAside,
  })
  upgrade.watch(server)
  // Under a supervisor: it is told when the server works, and its end ends the server.
  process.on('disconnect', () => void server.stop())
  process.send?.({ ready: true })
  // run.sh lends the collector. Left to itself the heap keeps what starting made for hours, since an idle server makes little more.
  setTimeout(() => globalThis.gc?.({ type: 'major', flavor: 'last-resort', execution: 'sync' }), settledMs).unref()
  await server.ended
  file.close()
  return 0
}
