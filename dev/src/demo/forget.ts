import { existsSync, readdirSync, rmSync } from 'node:fs'
import { join } from 'node:path'

/** Whichever of them is there, Postern made the folder. */
const signs = ['hub.json', 'cluster']

/**
 * Empties a data folder. The folder itself stays: its owner may not be allowed to make it again.
 * @throws Error for a folder that holds other things: POSTERN_DATA_DIR may be mistyped, and what is gone is gone
 */
export function forget(folder: string): void {
  if (!existsSync(folder)) return
  const names = readdirSync(folder)
  if (names.length > 0 && !signs.some((sign) => names.includes(sign)))
    throw new Error(
      `${folder} is no data folder of Postern (it has no ${signs.join(' and no ')}), so it is left as it is.`,
    )
  for (const name of names) rmSync(join(folder, name), { recursive: true, force: true })
}
