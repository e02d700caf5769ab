import type { CoveringIndicator } from '@postern/protocol'
import { Link } from '@tanstack/react-router'
import { Chip } from '../elements/chip.tsx'
import { LongText } from '../elements/long-text.tsx'
import { PlainText } from '../elements/plain-text.tsx'
import { Section } from '../elements/section.tsx'
import { indicatorTypeLabel, onTargetFaces } from '../indicators/indicator-faces.ts'
import classes from './explain.module.css'

interface CoveringListProps {
  covering: readonly CoveringIndicator[]
}

/** Networks around it and the host of a URL: what a control does with those, it does with this value too. */
export function CoveringList({ covering }: CoveringListProps) {
  if (covering.length === 0) return null
  return (
    <Section title="Covered by" summary="Networks around it, or its host">
      <ul className={classes['places']}>
        {covering.map(({ id, type, value, targets }) => (
          <li key={id}>
            <Chip>{indicatorTypeLabel(type)}</Chip>
            <Link to="/explain" search={{ value }}>
              <LongText text={value} />
            </Link>
            <span>
              <PlainText text={placeWords(targets)} />
            </span>
          </li>
        ))}
      </ul>
    </Section>
  )
}

function placeWords(targets: CoveringIndicator['targets']): string {
  if (targets.length === 0) return 'On no control.'
  return `${targets
    .map(({ controlName, target, state }) => `${onTargetFaces[state].word} on ${controlName}, ${target}`)
    .join('; ')}.`
}
