import type { InstallJson } from '@postern/protocol'

/** One value to keep for the job's next execution; null forgets it. */
export type KeptValue = { name: string; value: string | null; secret: boolean }

/**
 * What of `results.tc` is kept (FD-10): names that the app declares as parameters. Older SDKs write `param.` before the name; an
 * empty value removes one, as null does.
 */
export function keptFrom(
  install: Pick<InstallJson, 'params'>,
  results: Readonly<Record<string, string | null>>,
): KeptValue[] {
  return Object.entries(results).flatMap(([written, value]) => {
    const name = written.replace(/^param\./, '')
    const parameter = install.params.find((each) => each.name === name)
    if (parameter === undefined) return []
    return [{ name, value: value === '' ? null : value, secret: parameter.encrypt === true }]
  })
}
