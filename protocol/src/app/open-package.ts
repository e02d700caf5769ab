import { PackageFault } from './package-fault.ts'
import { packageLimits } from './package-limits.ts'
import { type PackagePlan, planPackage, type ZipEntry } from './package-plan.ts'

/** How a package's zip is to be opened by yauzl: entries one by one, names undecoded, sizes checked while it unpacks. */
export const packageZipOptions = {
  lazyEntries: true,
  autoClose: false,
  decodeStrings: false,
  validateEntrySizes: true,
} as const

/** An open zip, as far as it is looked at here. */
type Zip<Entry> = { entryCount: number; eachEntry(): AsyncIterable<Entry>; close(): void }

/** What reads zips: yauzl, which this package does not bring. */
export type ZipReader<Content extends Uint8Array, Entry, Opened extends Zip<Entry>> = {
  /** Rejects where it is no zip. */
  open: (content: Content) => Promise<Opened>
  /** Throws where the name cannot be decoded. */
  nameOf: (entry: Entry) => string
}

/**
 * Opens a package and judges its directory, before anything is unpacked. Whoever calls this closes the zip.
 * @throws PackageFault with a reason of its own for each thing that can be wrong
 */
export async function openPackage<Content extends Uint8Array, Entry extends ZipEntry, Opened extends Zip<Entry>>(
  content: Content,
  { open, nameOf }: ZipReader<Content, Entry, Opened>,
): Promise<{ zip: Opened; plan: PackagePlan<Entry> }> {
  let zip: Opened
  try {
    zip = await open(content)
  } catch (error) {
    throw new PackageFault('it is not a zip file, or one that is cut off.', { cause: error })
  }
  try {
    return { zip, plan: planPackage(await namedEntries(zip, nameOf), content) }
  } catch (error) {
    zip.close()
    throw error
  }
}

async function namedEntries<Entry>(
  zip: Zip<Entry>,
  nameOf: (entry: Entry) => string,
): Promise<{ name: string; entry: Entry }[]> {
  if (zip.entryCount > packageLimits.entriesMax) {
    throw new PackageFault(`it holds more than ${packageLimits.entriesMax} entries.`)
  }
  const named: { name: string; entry: Entry }[] = []
  try {
    for await (const entry of zip.eachEntry()) named.push({ name: decoded(entry, nameOf), entry })
  } catch (error) {
    if (error instanceof PackageFault) throw error
    const reason = error instanceof Error ? error.message.slice(0, 200) : 'unreadable'
    throw new PackageFault(`its directory does not fit together (${reason}).`, { cause: error })
  }
  return named
}

function decoded<Entry>(entry: Entry, nameOf: (entry: Entry) => string): string {
  try {
    return nameOf(entry)
  } catch (error) {
    throw new PackageFault('an entry has a name that cannot be decoded.', { cause: error })
  }
}
