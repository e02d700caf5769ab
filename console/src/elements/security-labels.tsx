import { parseTlp } from '@postern/intel'
import { TagList } from './tag-list.tsx'
import { TlpLabel } from './tlp-label.tsx'

/** Security labels, those of TLP in its colours. */
export function SecurityLabels({ labels }: { labels: readonly string[] }) {
  return labels.map((label) => {
    const level = parseTlp(label)
    return level === undefined ? <TagList key={label} tags={[label]} /> : <TlpLabel key={label} level={level} />
  })
}
