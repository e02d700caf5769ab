import { BundleSettings } from '@postern/protocol'
import { readFileSync } from 'node:fs'
import * as z from 'zod/mini'
import { StartProblem } from '../log/start-problem.ts'
import { writeAtomically } from './atomic-file.ts'
import type { HomeFolder } from './home-folder.ts'
import { parseFile } from './parse-file.ts'

/** Whole numbers come as numbers, or as the text that a person typed into the file. */
const wholeNumber = (smallest: number, largest: number) =>
  z.optional(
    z.pipe(
      z.union([z.number(), z.string().check(z.regex(/^[0-9]{1,9}$/))]),
      z.pipe(z.transform(Number), z.int().check(z.gte(smallest), z.lte(largest))),
    ),
  )

/**
 * `.postern-envsvr/settings.json`, by the names of the menu (ES-11). Names that this release does not know are kept as they
 * are, so that an older release started again finds its own.
 */
export const Settings = z.looseObject({
  ...BundleSettings.shape,
  apiURL: z.url({ protocol: /^https$/, error: 'apiURL must begin with https://' }),
  /** Gone once the server has enrolled (S9). */
  enrolmentToken: z.optional(z.string()),
  appsNumberofJobExecutors: wholeNumber(1, 1000),
  appsSessionDaystoKeep: wholeNumber(1, 3650),
})
export type Settings = z.infer<typeof Settings>

export function readSettings(home: HomeFolder): Settings {
  return parseFile(Settings, readJson(home.settingsFile), home.settingsFile)
}

/** Writes the file without the enrolment token, and everything else as it stands in the file. */
export function wipeEnrolmentToken(home: HomeFolder): void {
  const { enrolmentToken: _used, ...rest } = readJson(home.settingsFile) as Record<string, unknown>
  writeAtomically(home.settingsFile, `${JSON.stringify(rest, null, 2)}\n`)
}

/** A JSON file of the home folder; the sentence of a failure names file and cure. */
export function readJson(path: string): unknown {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch (error) {
    throw new StartProblem(`${path} cannot be read. Unzip the bundle again, or restore the file.`, { cause: error })
  }
  try {
    return JSON.parse(text)
  } catch (error) {
    throw new StartProblem(`${path} is not JSON. Put the mistake right, or restore the file from the bundle.`, {
      cause: error,
    })
  }
}
