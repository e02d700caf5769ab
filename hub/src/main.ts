import { setFlagsFromString } from 'node:v8'
import { readHubConfig } from './config.ts'
import { startHub } from './hub.ts'
import { stopRequested } from './lib/shutdown.ts'

// The bound of young objects by which a hub is started is that of this thread; it would override the bounds that others are made with.
setFlagsFromString('--max-semi-space-size=0')

try {
  const stop = stopRequested()
  await using hub = await startHub(readHubConfig(process.env))
  process.send?.({ ready: hub.url })
  await stop
} catch (error) {
  // An operator reads this first: the sentences alone, with what lay behind them.
  for (let said: unknown = error; said instanceof Error; said = said.cause) console.error(said.message)
  process.exit(1)
}
