import { Button } from '@mantine/core'
import { FirewallList } from '@postern/protocol'
import { api } from '../api/api.ts'
import { paths } from '../api/paths.ts'
import { readerKeys } from '../api/reader-queries.ts'
import { useWrite } from '../api/use-write.ts'
import form from '../elements/form.module.css'
import { Notice } from '../elements/notice.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { ProblemAlert } from '../elements/problem-alert.tsx'
import { formatCount } from '../format/quantities.ts'

interface HeldVersionProps {
  list: FirewallList
  held: NonNullable<FirewallList['held']>
  onClose: () => void
}

/** A version that waits for a person: why, what is served meanwhile, and the way to let it go. */
export function HeldVersion({ list, held, onClose }: HeldVersionProps) {
  const release = useWrite({
    write: () =>
      api(paths.firewallListRelease(list.id), {
        method: 'POST',
        body: { version: held.version },
        reply: FirewallList,
      }),
    said: 'The version is released',
    touches: [readerKeys.lists],
    onDone: onClose,
  })
  return (
    <Notice isStacked>
      <p>
        <strong>Version {formatCount(held.version)} is held back.</strong> <PlainText text={held.reason} />{' '}
        {list.servedVersion === 0
          ? 'Nothing is served.'
          : `Version ${formatCount(list.servedVersion)}${held.version === list.servedVersion ? ', as it was written before,' : ''} with ${formatCount(list.servedCount)} values goes on being served.`}
      </p>
      {release.isError && <ProblemAlert error={release.error} />}
      <div className={form['row']}>
        <Button size="xs" loading={release.isPending} onClick={() => release.mutate()}>
          Release version {formatCount(held.version)}
        </Button>
      </div>
    </Notice>
  )
}
