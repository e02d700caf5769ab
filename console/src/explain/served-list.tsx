import type { IndicatorExports, IndicatorServed } from '@postern/protocol'
import { Chip } from '../elements/chip.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { furtherWords, indicatorTypeLabel } from '../indicators/indicator-faces.ts'
import { plainText } from '../format/text-pieces.ts'
import classes from './explain.module.css'

/** Firewall lists and TAXII collections: which of them give the value to their readers, and why others do not. */
export function ServedList({ type, exports }: { type: string; exports: IndicatorExports }) {
  const { served, listsOfOtherTypes } = exports
  if (served.length + listsOfOtherTypes.length === 0) return null
  const serving = served.filter(({ isServed }) => isServed).length
  return (
    <Section title="Served to readers" summary={`By ${serving} of ${served.length}`}>
      <ul className={classes['places']}>
        {served.map((each) => (
          <li key={`${each.kind} ${each.id}`}>
            <Chip>{kindWords[each.kind]}</Chip>
            <PlainText text={each.name} />
            <span>
              <PlainText text={servedWords(each)} />
            </span>
          </li>
        ))}
        {listsOfOtherTypes.length > 0 && (
          <li>
            <Chip>{kindWords['firewall-list']}</Chip>
            <PlainText text={listsOfOtherTypes.map(plainText).join(', ')} />
            <span>
              Not served: no value of the type {indicatorTypeLabel(type)} can be in{' '}
              {listsOfOtherTypes.length === 1 ? 'its format' : 'their formats'}.
            </span>
          </li>
        )}
      </ul>
    </Section>
  )
}

function servedWords(served: IndicatorServed): string {
  const { source, reason, detail } = served
  if (reason === null) return `Served, from ${source}.`
  const further = furtherWords(served)
  const words = `Not served: ${detail ?? reasonWords[reason]}`
  return further === undefined ? words : `${words.replace(/\.$/, '')}. ${further}`
}

const kindWords: Record<IndicatorServed['kind'], string> = {
  'firewall-list': 'Firewall list',
  'taxii-collection': 'TAXII collection',
}

const reasonWords: Record<NonNullable<IndicatorServed['reason']>, string> = {
  'not-a-member': 'what it reads does not hold it.',
  'not-yet': 'it enters with the next turn of the hub.',
  'nothing-served': 'no version of the list is served.',
  type: 'the list leaves out values of this type.',
  inactive: 'no owner asserts it as active.',
  tlp: 'its TLP is narrower than readers may be given.',
  excluded: 'an exclusion list keeps it from being exported; it is named above.',
  decided: 'a decision keeps it from being exported.',
  wide: 'it is a network wider than the list may have.',
  format: 'the list’s format cannot say it.',
}
