import { readHubConfig } from './config.ts'
import { startHub } from './hub.ts'
import { stopRequested } from './lib/shutdown.ts'

const stop = stopRequested()
await using hub = await startHub(readHubConfig(process.env))
process.send?.({ ready: hub.url })
await stop
