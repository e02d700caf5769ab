import { Switch } from '@mantine/core'
import type { CreateDownload, Platform } from '@postern/protocol'
import { useQuery } from '@tanstack/react-query'
import { environmentQueries } from '../api/environment-queries.ts'
import { ChoiceField } from '../elements/choice-field.tsx'
import { plainText } from '../format/text-pieces.ts'
import classes from './environments.module.css'

/** What a bundle carries of Node.js; the hub's choice where nothing is said. */
export type ChosenRuntime = Pick<CreateDownload, 'platform' | 'withoutRuntime'>

interface RuntimeChoiceProps {
  /** Of the machine that it is for, where that is known. */
  platform?: Platform | null
  chosen: ChosenRuntime
  onChange: (chosen: ChosenRuntime) => void
}

/** Whether a bundle comes with Node.js, and for which platform. */
export function RuntimeChoice({ platform = null, chosen, onChange }: RuntimeChoiceProps) {
  const isLeftOut = chosen.withoutRuntime === true
  return (
    <>
      <Switch
        label="Without the Node runtime"
        description="Smaller, for a machine that has a Node of its own."
        checked={isLeftOut}
        onChange={(event) => onChange(event.currentTarget.checked ? { withoutRuntime: true } : {})}
      />
      {!isLeftOut && <PlatformChoice platform={platform} chosen={chosen} onChange={onChange} />}
    </>
  )
}

function PlatformChoice({ platform, chosen, onChange }: RuntimeChoiceProps) {
  // Without an answer, the hub's own choice is downloaded.
  const { data: runtimes = [] } = useQuery(environmentQueries.runtimes())
  const [first, ...others] = runtimes
  if (first === undefined) return null
  // As the hub chooses where nobody does.
  const preferred = platform ?? first.platform
  const isMissing = runtimes.every((runtime) => runtime.platform !== preferred)
  if (others.length === 0)
    return (
      <p className={classes['hint']}>
        {isMissing
          ? `This server's machine is ${preferred}, for which the hub has no Node.js.`
          : `For ${first.platform}, with Node.js ${plainText(first.version)}.`}{' '}
        {isMissing ? 'An' : 'For another platform, an'} administrator first adds its Node.js on the hub:{' '}
        <code>postern runtime add FILE --sha256 HEX</code>
      </p>
    )
  return (
    <ChoiceField
      name="platform"
      label="Platform"
      hint="Of the machine: linux-x64 where “uname -m” says x86_64, linux-arm64 where it says aarch64."
      value={chosen.platform ?? preferred}
      choices={runtimes.map(({ platform: value, version }) => ({
        value,
        label: `${value}, Node.js ${plainText(version)}`,
      }))}
      onChange={(value) => onChange({ platform: value })}
    />
  )
}
