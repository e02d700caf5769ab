import { copyFileSync, existsSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

/** Of the prepared keychain, and of every server that tests start without another word. */
export const masterPassword = 'correct horse battery staple'

/** Empty, and sealed with as little work as keychains may be: an eighth of what a new one costs, at each start. */
const emptyKeychain = fileURLToPath(new URL('prepared-keychain.json', import.meta.url))

/** Puts a keychain into an unpacked bundle, as if its server had been started once and had not enrolled yet. */
export function placePreparedKeychain(home: string): void {
  const keystore = join(home, '.postern-envsvr/keystore')
  const place = join(keystore, 'keychain.json')
  if (existsSync(keystore) && !existsSync(place)) copyFileSync(emptyKeychain, place)
}
