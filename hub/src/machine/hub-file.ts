import { readFileSync, renameSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import * as z from 'zod'

/** `<data>/hub.json`: where a running hub is. Read by the CLI, by tests, and by the hub itself to keep its ports. */
export const HubFile = z.object({
  url: z.string(),
  httpsPort: z.number().int(),
  brokerPort: z.number().int(),
  pid: z.number().int(),
  /** Where the hub's files really lie, when the asked folder could not be used by the service user (D11). */
  dataFolder: z.string(),
  version: z.string(),
})
export type HubFile = z.infer<typeof HubFile>

export function writeHubFile(dataFolder: string, content: HubFile): void {
  const file = join(dataFolder, 'hub.json')
  // Renamed into place, so that a reader never sees half of it.
  writeFileSync(`${file}.new`, `${JSON.stringify(content, null, 2)}\n`, { mode: 0o644 })
  renameSync(`${file}.new`, file)
}

export function readHubFile(dataFolder: string): HubFile | undefined {
  try {
    return HubFile.parse(JSON.parse(readFileSync(join(dataFolder, 'hub.json'), 'utf8')))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined
    throw new Error(`${join(dataFolder, 'hub.json')} is damaged; remove it and start the hub again.`, { cause: error })
  }
}
