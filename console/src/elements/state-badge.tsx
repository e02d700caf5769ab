import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import classes from './state-badge.module.css'

/** What a colour means; nothing in the console is coloured for another reason. */
export type Tone = 'good' | 'notice' | 'bad' | 'busy' | 'open' | 'doubt'

export interface BadgeFace {
  tone: Tone
  icon: IconName
  word: string
  /** What the state means, in a sentence. */
  meaning?: string
}

/** A face that always says what it means. */
export interface ExplainedFace extends BadgeFace {
  meaning: string
}

/**
 * A state by colour, icon and word, so that it reads without colours and without eyes. What it means is its title; where the
 * badge is large, the meaning stands beside it.
 */
export function StateBadge({ face, large = false }: { face: BadgeFace; large?: boolean }) {
  return (
    <span
      className={classNames(classes['badge'], large && classes['large'])}
      data-tone={face.tone}
      title={large ? undefined : face.meaning}
    >
      <Icon name={face.icon} size={large ? 16 : 13} />
      {face.word}
    </span>
  )
}
