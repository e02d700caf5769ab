import { resolve } from 'node:path'
import { parseArgs } from 'node:util'
import { becomeServiceUser, callHub, checkoutFolder, dataFolderFor, requireUnlocked, runAgain } from '@postern/cli'
import { stopRequested } from '@postern/hub'
import { escapeTerminal } from '@postern/intel'
import { LedgerItemPage, paths, SetupLink } from '@postern/protocol'
import { type Constellation, startConstellation } from './constellation.ts'
import { forget } from './forget.ts'
import { copiedInput, type Input, readFolder, sampleInput } from './input.ts'
import { prepareJobs, turn } from './loop.ts'
import { isProven, outcomeOf, summaryLines } from './summary.ts'
import { addWatchTeam } from './watch-team.ts'

const help = `Runs the main job on sample data: a feed brings indicators in, a collection selects, an AED is filled and read back.

  --once            run it once and end; exit 0 only if every receipt is in sync
  --misp-dir DIR    feed it the MISP event files of DIR instead of the sample
  --fresh           forget what earlier demos left in the data folder
  POSTERN_DATA_DIR  the data folder (default .postern/demo)`

const options = {
  once: { type: 'boolean', default: false },
  'misp-dir': { type: 'string' },
  fresh: { type: 'boolean', default: false },
  help: { type: 'boolean', short: 'h', default: false },
  /** Set when this program runs itself again as the service user: the copy of the events that was made for it. */
  input: { type: 'string' },
} as const

/** What the feed says of every indicator: its events say nothing of the kind. */
const saidByFeed = { rating: 3, confidence: 70 }

try {
  process.exitCode = await main()
} catch (error) {
  say(error instanceof Error ? error.message : String(error))
  if (error instanceof Error && error.cause instanceof Error) say(`  because: ${error.cause.message}`)
  process.exitCode = 1
}

async function main(): Promise<number> {
  const { values } = parseArgs({ options })
  if (values.help) {
    say(help)
    return 0
  }
  setDefault('POSTERN_DATA_DIR', '.postern/demo')
  setDefault('POSTERN_HTTPS_PORT', '0')
  setDefault('POSTERN_BROKER_PORT', '0')
  setDefault('POSTERN_LISTEN_HOST', '127.0.0.1')
  setDefault('POSTERN_LOG_LEVEL', 'warn')
  const asked = resolve(process.env['POSTERN_DATA_DIR'] ?? '')
  const folder = values['misp-dir'] === undefined ? undefined : readFolder(values['misp-dir'])
  const lies = dataFolderFor(checkoutFolder, asked)
  requireUnlocked(lies, 'Postern')
  if (values.fresh) for (const each of new Set([asked, lies])) forget(each)
  const home = becomeServiceUser(checkoutFolder, asked)
  const input: Input =
    values.input !== undefined
      ? (JSON.parse(values.input) as Input)
      : folder === undefined
        ? sampleInput(home.dataFolder)
        : copiedInput(home.dataFolder, folder)
  if (home.user !== undefined) {
    const args = ['--input', JSON.stringify(input), ...(values.once ? ['--once'] : [])]
    return await runAgain(home, 'dev/src/demo/main.ts', args)
  }
  return await run(home.checkout, home.dataFolder, input, values.once)
}

async function run(checkout: string, dataFolder: string, input: Input, isOnce: boolean): Promise<number> {
  const stop = stopRequested()
  say('Postern demo: starting')
  await using constellation = await startConstellation({
    checkout,
    dataFolder,
    input,
    onCrash: (name, how) => say(`The ${name} ended (${how}) and is started again.`),
    onStep: (what) => say(`  · ${what}`),
  })
  say('  · events in, collection, plan, push, read back')
  const jobs = await prepareJobs(constellation, input, !isOnce, saidByFeed)
  const done = await turn(constellation, jobs)
  if (!isOnce && input.suffix === 'sample') await addWatchTeam(constellation.hub.target)
  const url = constellation.hub.file.url
  for (const line of summaryLines(done, url, await refusals(constellation, done.feed.execution.id))) say(line)
  if (isOnce) {
    process.stdout.write(`${JSON.stringify(outcomeOf(done))}\n`)
    return isProven(done) ? 0 : 1
  }
  const link = await callHub(constellation.hub.target, paths.setupLinks, SetupLink, { method: 'POST' })
  say(`  Look around: ${link.url}`)
  say(`  The AED's own page: ${constellation.aed.url}`)
  say('  Both jobs run every ten minutes from now on. Stop with Ctrl-C.')
  await stop
  return 0
}

async function refusals({ hub }: Constellation, executionId: string) {
  const path = `${paths.executionLedgerItems(executionId)}?outcome=refused&limit=3`
  return (await callHub(hub.target, path, LedgerItemPage)).data
}

function setDefault(name: string, value: string): void {
  if (process.env[name] === undefined || process.env[name] === '') process.env[name] = value
}

/** Names and reasons come from a feed, so they cannot steer the terminal (S6). */
function say(text: string): void {
  process.stdout.write(`${text.split('\n').map(escapeTerminal).join('\n')}\n`)
}
